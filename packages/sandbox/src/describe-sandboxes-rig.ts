import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest'
import type { Sandbox } from './sandbox.ts'
import { isToBeTested, openTestSite, startSandbox, type TestSite } from './sandbox-rig.ts'

/** A sandbox under test, with a test site that is made anew for each test. */
export type SandboxUnderTest = {
  readonly name: Sandbox['name']
  readonly sandbox: Sandbox
  readonly site: TestSite
}

/**
 * Declares the same tests for each sandbox that is to be tested here, and afterwards that no room is left. `about` follows the
 * sandbox's name in the title.
 */
export async function describeSandboxes(
  about: string,
  tests: (given: SandboxUnderTest) => void,
): Promise<void> {
  for (const name of ['engine', 'bubblewrap'] as const) {
    const isReady = await isToBeTested(name)
    describe.runIf(isReady)(`${name}: ${about}`, () => {
      let sandbox: Sandbox
      let site: TestSite
      beforeAll(async () => {
        sandbox = await startSandbox(name, `test-${process.pid}`)
      })
      beforeEach(async () => {
        site = await openTestSite(sandbox)
      })
      afterEach(() => site[Symbol.asyncDispose]())
      afterAll(async () => {
        expect(await sandbox.removeLeftovers(), 'rooms that the tests left behind').toBe(0)
      })
      tests({
        name,
        get sandbox() {
          return sandbox
        },
        get site() {
          return site
        },
      })
    })
  }
}
