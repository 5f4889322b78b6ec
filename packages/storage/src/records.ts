import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

/** An open database: typed queries through kysely, and its end. One program owns it at a time. */
export type Records<Tables> = {
  readonly db: Kysely<Tables>
  close(): Promise<void>
}

/**
 * Opens (and makes, if absent) the records in one SQLite file. Every commit is on disk when it is acknowledged
 * (write-ahead log with `synchronous=FULL`), so a `kill -9` loses nothing that was answered.
 *
 * Throws `ScoregateError` when the file cannot be opened.
 */
export async function openRecords<Tables>(file: string): Promise<Records<Tables>> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  let database: Database.Database
  try {
    database = new Database(file)
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = full')
    database.exec('pragma foreign_keys = on')
    database.exec('pragma busy_timeout = 5000')
  } catch (cause) {
    throw new ScoregateError({
      kind: 'unavailable',
      code: 'records-unavailable',
      message: `The database ${file} cannot be opened.`,
      remedy: 'See that the folder exists, that this user may write to it and that the disk has space.',
      cause,
    })
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
  return { db, close: () => db.destroy() }
}
