import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('celery-producer-rig.py', import.meta.url))

/** What Celery is asked to do at a broker. */
export type CeleryOrder =
  | {
      readonly do: 'publish'
      readonly url: string
      readonly id: string
      readonly arguments: Readonly<Record<string, unknown>>
      readonly secret: string
      readonly priority: number
    }
  | { readonly do: 'revoke'; readonly url: string; readonly id: string }

/** Runs Debian's Celery (python3-celery). */
export async function orderFromCelery(order: CeleryOrder): Promise<void> {
  const child = spawn('/usr/bin/python3', [PROGRAM], { stdio: ['pipe', 'ignore', 'pipe'] })
  child.stdin.end(JSON.stringify(order))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const complaint = await text(child.stderr)
  if ((await ended) !== 0) throw new Error(`Celery failed: ${complaint}`)
}
