import { ScoregateError } from '@scoregate/protocol/errors'
import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { getHold } from '../holds/hold-queries.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** A file of a hold by its place in the manifest. Throws `ScoregateError`: `no-such-hold`, `no-such-file`, `content-removed`. */
export async function getSealedFile(
  db: DeskDb,
  holdId: string,
  number: string,
): Promise<{ hold: Hold; number: number; entry: ManifestEntry }> {
  const hold = await getHold(db, holdId)
  const entry = /^[0-9]{1,9}$/.test(number) ? hold.manifest.entries[Number(number)] : undefined
  if (entry === undefined) {
    throw new ScoregateError({
      kind: 'not-found',
      code: 'no-such-file',
      message: 'This hold has no such file.',
      remedy: 'Choose a file from the list of the hold.',
    })
  }
  if (hold.contentRemovedAt !== undefined) {
    throw new ScoregateError({
      kind: 'gone',
      code: 'content-removed',
      message: 'The files of this hold have been removed by the retention rule of the site.',
      remedy: 'The record of what was decided remains; the files cannot be had again.',
    })
  }
  return { hold, number: Number(number), entry }
}

/** Whether an error says that the vault no longer has what was sealed: to be shown to the reviewer in these words. */
export function isVaultError(error: unknown): error is ScoregateError {
  return error instanceof ScoregateError && (error.code === 'vault-altered' || error.code === 'blob-missing')
}

/** The edge answers an internal error without its words; what the vault says is for the reviewer to know. */
export async function sayVaultErrors<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!isVaultError(error)) throw error
    throw new ScoregateError({
      kind: 'conflict',
      code: error.code,
      message: error.message,
      remedy: error.remedy,
      cause: error,
    })
  }
}
