import { createBubblewrapSandbox } from './bubblewrap.ts'
import { troubleWithBubblewrap } from './bubblewrap-probe.ts'
import { createContainerEngineSandbox } from './container-engine.ts'
import { askEngineSocket, engineSocketPaths } from './engine-socket.ts'
import type { Sandbox } from './sandbox.ts'

/** What this machine can confine programs with, or everything that stands in the way. */
export type FoundSandbox =
  | { readonly kind: 'found'; readonly sandbox: Sandbox }
  | { readonly kind: 'none'; readonly problems: string[] }

/** Finds a sandbox that works now: the one that was chosen, or with `automatic` an engine before bubblewrap. */
export async function findSandbox(given: {
  choice: 'engine' | 'bubblewrap' | 'automatic'
  ownerMark: string
  env: NodeJS.ProcessEnv
}): Promise<FoundSandbox> {
  const { choice, ownerMark } = given
  const problems: string[] = []
  if (choice !== 'bubblewrap') {
    const paths = engineSocketPaths(given.env)
    if (paths.length === 0) problems.push('DOCKER_HOST names an engine that is not on this machine.')
    for (const path of paths) {
      const answer = await askEngineSocket(path)
      if (answer.kind === 'answers') {
        return {
          kind: 'found',
          sandbox: createContainerEngineSandbox({ socketPath: answer.socketPath, ownerMark }),
        }
      }
      problems.push(`No container engine answers at ${path}: ${answer.reason}.`)
    }
  }
  if (choice !== 'engine') {
    const trouble = await troubleWithBubblewrap()
    if (trouble === undefined) return { kind: 'found', sandbox: createBubblewrapSandbox({ ownerMark }) }
    problems.push(
      `bubblewrap cannot confine a program here: ${trouble}. Type: sudo apt-get install bubblewrap util-linux, and see that user namespaces are allowed.`,
    )
  }
  return { kind: 'none', problems }
}
