import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { EngineClient } from './engine-client.ts'
import { findEngineSocket } from './engine-socket.ts'
import { findSandbox } from './find-sandbox.ts'
import { judgeRoom, unprobedRoom } from './judge-room.ts'
import { probeRoom } from './probe-room.ts'
import { PromiseReport } from './promises.ts'
import type { RoomUserRange } from './room-users.ts'
import type { Sandbox } from './sandbox.ts'

/** One way to confine programs on this machine, and what holds of what is promised of its rooms. */
export const SandboxReport = z.strictObject({
  sandbox: z.enum(['engine', 'bubblewrap']),
  /** Whether a worker would take it. */
  usable: z.boolean(),
  /** Name, version and place. */
  what: z.string(),
  /** Why it is not usable, in sentences. */
  problems: z.array(z.string()),
  promises: z.array(PromiseReport),
})
export type SandboxReport = z.infer<typeof SandboxReport>

/** Only this command's rooms have it. */
const OWNER_MARK = 'scoregate-doctor'

/**
 * Finds out what a sandbox is and keeps, by running a few tiny rooms in it. `images` are those of the site, one of which should
 * have Python; for bubblewrap the machine itself stands for them. Throws what the disk throws.
 */
export async function examineSandbox(given: {
  readonly sandbox: Sandbox['name']
  readonly images: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly roomUsers?: RoomUserRange | undefined
}): Promise<SandboxReport> {
  const { sandbox: name } = given
  const found = await findSandbox({
    choice: name,
    ownerMark: OWNER_MARK,
    env: given.env,
    roomUsers: given.roomUsers,
  })
  const what = await describe(name, given.env)
  if (found.kind === 'none') {
    const promises = unprobedRoom(
      'it cannot be used here',
      'Mend what is named above, or use the other sandbox',
    )
    return { sandbox: name, usable: false, what, problems: found.problems, promises }
  }
  const promises = await examineRooms(found.sandbox, await probeImages(given))
  return { sandbox: name, usable: true, what, problems: [], promises }
}

async function examineRooms(sandbox: Sandbox, images: readonly string[]): Promise<PromiseReport[]> {
  const reasons: string[] = []
  for (const image of images) {
    const probing = await probeRoom(sandbox, image)
    if (probing.kind === 'probed') return judgeRoom(probing.room, sandbox.name)
    reasons.push(probing.why)
  }
  return unprobedRoom(
    reasons.length === 0 ? 'no image is there to try it with' : reasons.join('; '),
    'Fetch an image of the policy that has Python, for example: docker pull python:3.11-slim',
  )
}

async function probeImages(given: Parameters<typeof examineSandbox>[0]): Promise<string[]> {
  if (given.sandbox === 'bubblewrap') return ['host']
  const socketPath = await findEngineSocket(given.env)
  const any = socketPath === undefined ? undefined : await new EngineClient(socketPath).findAnyImage()
  return [...new Set([...given.images, ...(any === undefined ? [] : [any])])]
}

async function describe(name: Sandbox['name'], env: NodeJS.ProcessEnv): Promise<string> {
  if (name === 'bubblewrap') {
    return await promisify(execFile)('bwrap', ['--version']).then(
      ({ stdout }) => stdout.trim(),
      () => 'bubblewrap, which is not installed',
    )
  }
  const socketPath = await findEngineSocket(env)
  if (socketPath === undefined) return 'a container engine, of which none answers'
  const info = await new EngineClient(socketPath).info().catch(() => undefined)
  const version = info?.ServerVersion ?? 'of an unknown version'
  const groups = info?.CgroupVersion === undefined ? '' : `, control groups ${info.CgroupVersion}`
  return `container engine ${version} at ${socketPath}${groups}`
}
