import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { open as openFile, rename, rm } from 'node:fs/promises'
import type { HoldFile } from '@scoregate/desk/hold-api'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type Connection, open, siteSilent } from '../connection.ts'
import { progressLine } from '../progress-line.ts'
import { holdPath } from './one-hold.ts'

/** A file that was asked for as it is, or a part of it. */
export type Download = {
  readonly hold: string
  readonly file: HoldFile
  /** From which byte on. A part has no digest of its own: that of the whole is compared by the desk. */
  readonly from: number
  readonly isQuiet: boolean
}

/**
 * Writes the bytes of a file to a new file of this machine, which only its owner may read and which gets its name once all
 * of it is there and has the digest that was sealed. Throws `ScoregateError` (`other-bytes`, `file-exists`).
 */
export async function downloadTo(desk: Connection, path: string, given: Download): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`
  try {
    const target = await openFile(temporary, 'wx', 0o600)
    try {
      for await (const bytes of compared(desk, given)) await target.writeFile(bytes)
      await target.sync()
    } finally {
      await target.close()
    }
    await requireAbsent(path)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Writes the bytes to standard output. Whoever reads them learns by the exit code whether they were the right ones. */
export async function downloadToOutput(desk: Connection, given: Download): Promise<void> {
  for await (const bytes of compared(desk, { ...given, isQuiet: true })) {
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
  }
}

/** Says early that a name is taken, before anything is fetched. Throws `ScoregateError` (`file-exists`). */
export async function requireAbsent(path: string): Promise<void> {
  const there = await openFile(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (there === undefined) return
  await there.close()
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'file-exists',
    message: `There is a file ${path} already, which is left as it is.`,
    remedy: 'Choose another name with -o.',
  })
}

async function* compared(desk: Connection, given: Download): AsyncGenerator<Uint8Array> {
  const { file, from, hold, isQuiet } = given
  const answer = await open(desk, {
    path: holdPath(hold, `/files/${file.number}${from === 0 ? '' : `?offset=${from}`}`),
  })
  const expected = Math.max(0, file.sizeBytes - from)
  const progress = progressLine('Downloading', isQuiet)
  const digest = createHash('sha256')
  let received = 0
  try {
    for await (const bytes of bodyOf(answer)) {
      digest.update(bytes)
      received += bytes.byteLength
      progress.update(expected === 0 ? 1 : received / expected)
      yield bytes
    }
  } catch (cause) {
    throw siteSilent(desk.url, cause)
  } finally {
    progress.end()
  }
  const isWhole = from > 0 || digest.digest('hex') === file.sha256
  if (received !== expected || !isWhole) throw otherBytes(file)
}

/** The body of an answer, piece by piece; an error where the connection breaks off. */
export async function* bodyOf(answer: Response): AsyncGenerator<Uint8Array> {
  const reader = answer.body?.getReader()
  if (reader === undefined) return
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function otherBytes({ sha256 }: HoldFile): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'other-bytes',
    message: `What arrived is not the file that was sealed: its SHA-256 is not ${sha256}.`,
    remedy: 'Nothing of it was kept. Try again; if it stays, tell whoever runs the desk.',
  })
}
