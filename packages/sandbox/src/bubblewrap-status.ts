import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { z } from 'zod'

/** What bubblewrap tells by `--json-status-fd`: first who the room's process 1 is, at the end how the program exited. */
const StatusLine = z.union([
  z.object({ 'child-pid': z.number().int().positive(), 'pid-namespace': z.number().int().positive() }),
  z.object({ 'exit-code': z.number().int() }),
])

/** The room's process 1, by its number on the host, and the number of its process namespace. */
export type RoomProcess = { readonly pid: number; readonly namespace: number }

/** What bubblewrap has told so far. */
export type BubblewrapStatus = {
  /** Resolves when the room exists; with `undefined` if bubblewrap ended before. */
  readonly started: Promise<RoomProcess | undefined>
  /** Resolves when bubblewrap has ended; with `undefined` if the room was never ready for the program. */
  readonly exitCode: Promise<number | undefined>
}

/** Reads to the end of `status`; both promises reject if a line is not what bubblewrap writes. */
export function readStatus(status: Readable): BubblewrapStatus {
  let exitCode: number | undefined
  let tellStarted: (room: RoomProcess | undefined) => void = () => undefined
  const room = new Promise<RoomProcess | undefined>((resolve) => {
    tellStarted = resolve
  })
  const ended = (async () => {
    for await (const line of createInterface({ input: status })) {
      const told = StatusLine.parse(JSON.parse(line))
      if ('exit-code' in told) exitCode = told['exit-code']
      else tellStarted({ pid: told['child-pid'], namespace: told['pid-namespace'] })
    }
  })()
  return {
    started: Promise.race([room, ended.then(() => undefined)]),
    exitCode: ended.then(() => exitCode),
  }
}
