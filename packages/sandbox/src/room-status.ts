import type { Readable } from 'node:stream'
import { z } from 'zod'

/** bubblewrap's own words, a JSON document a line: the first process of the room, then how the program ended. */
const StatusLine = z.union([
  z.looseObject({ 'child-pid': z.int().positive(), 'pid-namespace': z.int().positive() }),
  z.looseObject({ 'exit-code': z.int() }),
])

/** A room's first process, by its number on the host, and its process namespace. When it ends, all in the room have ended. */
export type FirstProcess = { readonly pid: number; readonly namespace: number }

/** What bubblewrap tells by `--json-status-fd`. Both reject if it writes something else. */
export type RoomStatus = {
  /** Resolves when the room exists; with `undefined` if it never did. */
  readonly made: Promise<FirstProcess | undefined>
  /** Resolves when bubblewrap has ended; with `undefined` if no program was started, or nobody saw it end. */
  readonly exitCode: Promise<number | undefined>
}

/** Begins to read `from`, to its end. */
export function readRoomStatus(from: Readable): RoomStatus {
  let exitCode: number | undefined
  let tellMade: (first: FirstProcess) => void = () => undefined
  const firstProcess = new Promise<FirstProcess>((resolve) => {
    tellMade = resolve
  })
  const ended = (async () => {
    let text = ''
    // A line comes in pieces: bubblewrap writes it field by field.
    for await (const chunk of from.setEncoding('utf8')) {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines.filter((each) => each.trim() !== '')) {
        const told = StatusLine.parse(JSON.parse(line))
        if ('exit-code' in told) exitCode = z.int().parse(told['exit-code'])
        else tellMade({ pid: told['child-pid'], namespace: told['pid-namespace'] })
      }
    }
    return exitCode
  })()
  return { made: Promise.race([firstProcess, ended.then(() => undefined)]), exitCode: ended }
}
