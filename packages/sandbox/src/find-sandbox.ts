import { createContainerEngineSandbox } from './container-engine.ts'
import { findEngineSocket } from './engine-socket.ts'
import type { Sandbox } from './sandbox.ts'

/** The sandbox that this machine can give, or why it can give none. */
export async function findSandbox(given: {
  choice: 'engine' | 'bubblewrap' | 'automatic'
  ownerMark: string
  env: NodeJS.ProcessEnv
}): Promise<{ kind: 'found'; sandbox: Sandbox } | { kind: 'none'; problems: string[] }> {
  const socketPath = await findEngineSocket(given.env)
  if (socketPath === undefined) return { kind: 'none', problems: ['No container engine answers.'] }
  return { kind: 'found', sandbox: createContainerEngineSandbox({ socketPath, ownerMark: given.ownerMark }) }
}
