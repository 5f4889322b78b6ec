import { once } from 'node:events'
import { type FileHandle, open as openFile, rm } from 'node:fs/promises'
import { type LinkedEntry, readEntryLine } from '@scoregate/gate/audit-chain'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type Connection, open, siteSilent } from '../connection.ts'

/** Which entries of the chain are wanted, in the words of the desk's page. */
export type ChainFilter = Readonly<Partial<Record<'group' | 'reviewer' | 'hold' | 'from' | 'to', string>>>

/**
 * Has the desk export its chain, and writes it as it arrives: to a new file that only its owner may read, or to standard
 * output. Throws `ScoregateError`; then there is no file.
 */
export async function exportChain(
  desk: Connection,
  given: { format: 'jsonl' | 'csv'; filter: ChainFilter; path: string | undefined },
): Promise<void> {
  const { format, filter, path } = given
  const query = new URLSearchParams(filter).toString()
  const answer = await open(desk, {
    path: `/audit/export.${format}${query === '' ? '' : `?${query}`}`,
    headers: { accept: 'application/json' },
  })
  const file = path === undefined ? undefined : await newFile(path)
  try {
    for await (const bytes of piecesOf(desk, answer)) {
      if (file !== undefined) await file.writeFile(bytes)
      else if (!process.stdout.write(bytes)) await once(process.stdout, 'drain')
    }
    await file?.sync()
  } catch (error) {
    if (path !== undefined) await rm(path, { force: true })
    throw error
  } finally {
    await file?.close()
  }
}

/** The newest entries that a filter finds, at most so many, the oldest of them first. */
export async function newestEntries(
  desk: Connection,
  { filter, count }: { filter: ChainFilter; count: number },
): Promise<LinkedEntry[]> {
  const query = new URLSearchParams(filter)
  const answer = await open(desk, {
    path: `/audit/export.jsonl?${query}`,
    headers: { accept: 'application/json' },
  })
  const kept: LinkedEntry[] = []
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of piecesOf(desk, answer)) {
    const lines = (text + decoder.decode(bytes, { stream: true })).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const entry = readEntryLine(line)
      if (entry !== undefined) kept.push(entry)
      if (kept.length > count) kept.shift()
    }
  }
  return kept
}

async function* piecesOf(desk: Connection, answer: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of answer.body ?? []) yield bytes
  } catch (cause) {
    throw siteSilent(desk.url, cause)
  }
}

async function newFile(path: string): Promise<FileHandle> {
  try {
    return await openFile(path, 'wx', 0o600)
  } catch (cause) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'file-not-made',
      message: `The file ${path} cannot be made, or is there already.`,
      remedy: 'Choose another name with -o.',
      cause,
    })
  }
}
