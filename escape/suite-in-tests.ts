import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SandboxName } from './case.ts'
import { loadCases } from './load-cases.ts'
import { openSandbox } from './rig/escape-site.ts'
import { casesFor, openSuite, type Suite } from './suite.ts'

/** A developer's machine may lack an engine; where everything must be tested, its absence fails the suite. */
const mayLackEngine = process.env['SCOREGATE_TEST_REQUIRE_ENGINE'] !== '1'

/**
 * Plays the cases in one sandbox, each as a test: all of them where nothing may be left out (`SCOREGATE_ESCAPE=all`), else
 * those that are marked as quick.
 */
export async function describeEscapes(sandbox: SandboxName): Promise<void> {
  const all = casesFor(await loadCases(), sandbox)
  const cases = process.env['SCOREGATE_ESCAPE'] === 'all' ? all : all.filter(({ quick }) => quick)
  const trouble = await openSandbox(sandbox).then(
    () => undefined,
    (error: unknown) => String(error),
  )
  if (trouble !== undefined && sandbox === 'engine' && mayLackEngine) {
    describe.runIf(false)(`programs that try to get out, confined by ${sandbox}`, () => {
      it(`is not tested here: ${trouble}`, () => expect(trouble).toBeUndefined())
    })
    return
  }

  describe(`programs that try to get out, confined by ${sandbox}`, () => {
    let suite: Suite
    beforeAll(async () => {
      suite = await openSuite(sandbox, cases)
    })
    afterAll(() => suite[Symbol.asyncDispose]())

    it.each(cases)('family $family: $id', async (attack) => {
      const result = await suite.play(attack)
      expect(result.trouble).toBeUndefined()
      expect(result.outcome, result.path).toBe(attack.expect)
    })

    it('brings out no secret of another program', () => {
      expect(suite.strayedSecrets()).toEqual([])
    })
  })
}
