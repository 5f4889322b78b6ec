import { createBubblewrapSandbox } from './bubblewrap.ts'
import { troubleWithBubblewrap } from './bubblewrap-probe.ts'
import { createContainerEngineSandbox } from './container-engine.ts'
import { EngineClient } from './engine-client.ts'
import { unfitnessOf } from './engine-fitness.ts'
import { askEngineSocket, engineSocketPaths } from './engine-socket.ts'
import { DEFAULT_ROOM_USERS, type RoomUserRange, troubleWithRoomUsers } from './room-users.ts'
import type { Sandbox } from './sandbox.ts'

/** What this machine can confine programs with, or everything that stands in the way. */
export type FoundSandbox =
  | { readonly kind: 'found'; readonly sandbox: Sandbox }
  | { readonly kind: 'none'; readonly problems: string[] }

/**
 * Finds a sandbox that works now and can enforce our limits: the one that was chosen, or with `automatic` an engine before
 * bubblewrap.
 */
export async function findSandbox(given: {
  choice: 'engine' | 'bubblewrap' | 'automatic'
  ownerMark: string
  env: NodeJS.ProcessEnv
  /** Whom programs run as; `DEFAULT_ROOM_USERS` unless set. */
  roomUsers?: RoomUserRange | undefined
}): Promise<FoundSandbox> {
  const { choice, ownerMark, roomUsers = DEFAULT_ROOM_USERS } = given
  const taken = process.getuid?.() === 0 ? await troubleWithRoomUsers(roomUsers) : undefined
  if (taken !== undefined) return { kind: 'none', problems: [roomUsersTaken(roomUsers, taken)] }
  const problems: string[] = []
  if (choice !== 'bubblewrap') {
    const paths = engineSocketPaths(given.env)
    if (paths.length === 0) problems.push('DOCKER_HOST names an engine that is not on this machine.')
    for (const path of paths) {
      const answer = await askEngineSocket(path)
      if (answer.kind === 'answers') {
        const unfit = await askForFitness(path)
        if (unfit.length === 0) {
          return {
            kind: 'found',
            sandbox: createContainerEngineSandbox({ socketPath: path, ownerMark, roomUsers }),
          }
        }
        problems.push(...unfit)
        continue
      }
      problems.push(`No container engine answers at ${path}: ${answer.reason}.`)
    }
  }
  if (choice !== 'engine') {
    const trouble = await troubleWithBubblewrap()
    if (trouble === undefined)
      return { kind: 'found', sandbox: createBubblewrapSandbox({ ownerMark, roomUsers }) }
    problems.push(
      `bubblewrap cannot confine a program here: ${trouble}. Type: sudo apt-get install bubblewrap util-linux, and see that user namespaces are allowed.`,
    )
  }
  return { kind: 'none', problems }
}

function roomUsersTaken({ first, last }: RoomUserRange, why: string): string {
  return `The users ${first} to ${last} cannot be given to rooms: ${why} Name others that no account has, for example: SCOREGATE_ROOM_USERS=61000-61099`
}

async function askForFitness(socketPath: string): Promise<string[]> {
  try {
    const info = await new EngineClient(socketPath).info()
    return unfitnessOf(info).map((problem) => `The engine at ${socketPath} ${problem}`)
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return [`The engine at ${socketPath} does not say what it can enforce: ${words}`]
  }
}
