import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import type { Sandbox } from '@scoregate/sandbox/sandbox'

/** A way to confine programs on this machine, with an image that has Python. */
export type TestSandbox = {
  readonly name: Sandbox['name']
  readonly sandbox: Sandbox
  readonly image: string
}

const PYTHON_IMAGE = { engine: 'scoregate-test:latest', bubblewrap: 'host' } as const satisfies Record<
  Sandbox['name'],
  string
>

/** Every sandbox that this machine has. */
export async function findTestSandboxes(): Promise<TestSandbox[]> {
  const found: TestSandbox[] = []
  for (const name of ['engine', 'bubblewrap'] as const) {
    const ownerMark = `worker-test-${process.pid}`
    const answer = await findSandbox({ choice: name, ownerMark, env: process.env })
    if (answer.kind === 'none' || answer.sandbox.name !== name) continue
    const image = PYTHON_IMAGE[name]
    if (await answer.sandbox.hasImage(image)) found.push({ name, sandbox: answer.sandbox, image })
  }
  return found
}
