import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isRead } from './terminal.ts'

/** A shell could not find or run the pager. */
const NO_SUCH_PROGRAM = [126, 127]

/**
 * Shows text that is inert already, page by page where a person reads it and piece by piece, so that what nobody turns to is
 * never fetched. Without a terminal, without a pager (`PAGER=cat`, `PAGER=`) or with `isPaged` false it is written as it is.
 */
export async function showPaged(
  read: () => AsyncIterable<string>,
  { isPaged = true }: { isPaged?: boolean } = {},
): Promise<void> {
  const pager = process.env['PAGER'] ?? 'less'
  if (!isPaged || !isRead() || pager.trim() === '' || pager.trim() === 'cat') return writeAll(read())
  // A line of its own, as the shell of every pager's users reads it: PAGER="less -S".
  const child = spawn('sh', ['-c', pager], { stdio: ['pipe', 'inherit', 'inherit'], env: pagerEnvironment() })
  const ended = once(child, 'close')
  // Whoever leaves a pager has seen enough; that is no failure.
  child.stdin.on('error', () => undefined)
  // The pager decides what Ctrl-C is; this program goes when it goes.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  try {
    let isLeft = false
    child.stdin.once('close', () => {
      isLeft = true
    })
    for await (const piece of read()) {
      if (isLeft) break
      if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, 'drain'), ended])
      if (child.exitCode !== null) break
    }
    child.stdin.end()
    await ended
  } finally {
    process.off('SIGINT', ignore)
  }
  if (child.exitCode !== null && NO_SUCH_PROGRAM.includes(child.exitCode)) await writeAll(read())
}

/** Text in one piece, for `showPaged`. */
export async function* inOnePiece(text: string): AsyncGenerator<string> {
  yield text
}

async function writeAll(pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
  }
}

/**
 * `less` shall leave what fits on one screen where it is (F), leave the screen as it was (X), and show our few colours (R);
 * and it starts no other program (LESSSECURE), prepares nothing (LESSOPEN) and keeps nothing on disk of what was looked for.
 */
function pagerEnvironment(): NodeJS.ProcessEnv {
  const { LESSOPEN: _open, LESSCLOSE: _close, ...environment } = process.env
  return { LESS: 'FRX', ...environment, LESSSECURE: '1', LESSHISTFILE: '-', LESSCHARSET: 'utf-8' }
}
