import { createInterface } from 'node:readline/promises'
import { ScoregateError } from '@scoregate/protocol/errors'

/**
 * Asks the person at the terminal for a word; the question goes to standard error, so that standard output is the result
 * alone. Whoever ends the input (Ctrl-D) has answered nothing.
 */
export async function askPerson(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    return (await Promise.race([lines.question(question), closed])).trim()
  } finally {
    lines.close()
  }
}

/** As `askPerson`, without showing what is typed. Throws where nobody can be asked. */
export async function askSecret(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  try {
    return await readHidden()
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

const KEYS = { enter: /[\r\n]/, end: '\u0004', interrupt: '\u0003', back: /[\b\u007f]/ } as const

function readHidden(): Promise<string> {
  const { stdin } = process
  let typed = ''
  return new Promise((resolve, reject) => {
    const stop = (finish: () => void) => {
      stdin.off('data', read)
      finish()
    }
    const read = (chunk: string | Buffer) => {
      for (const key of chunk.toString()) {
        if (KEYS.enter.test(key) || key === KEYS.end) return stop(() => resolve(typed))
        if (key === KEYS.interrupt) return stop(() => reject(saidNo()))
        typed = KEYS.back.test(key) ? typed.slice(0, -1) : typed + key
      }
    }
    stdin.on('data', read)
    stdin.resume()
  })
}

/** What is thrown where a person does not go on: nothing was changed. */
export function saidNo(): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'not-confirmed',
    message: 'You did not say yes, so nothing was changed.',
    remedy: 'Type y to go on, or use --yes in a script.',
  })
}
