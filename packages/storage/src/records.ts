import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
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
    database = new Database(file, { timeout: LOCK_WAIT_MILLISECONDS })
    database.exec('pragma journal_mode = wal')
    database.exec('pragma synchronous = full')
    database.exec('pragma foreign_keys = on')
  } catch (cause) {
    throw new ScoregateError({
      kind: 'unavailable',
      code: 'records-unavailable',
      message: `The database ${file} cannot be opened.`,
      remedy: 'See that the folder exists, that this user may write to it and that the disk has space.',
      cause,
    })
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sayingPlainly(database) }) })
  return { db, close: () => db.destroy() }
}

/** So long a statement waits for another program that has the database locked. */
const LOCK_WAIT_MILLISECONDS = 5000

/** What SQLite says when the disk is full, read-only or failing. */
const DISK_TROUBLE = /^SQLITE_(?:FULL|READONLY|IOERR|CANTOPEN)/
/** What it says when another program has kept the database locked for longer than we wait. */
const LOCKED = /^SQLITE_(?:BUSY|LOCKED)/

/**
 * Turns what the disk does into an error for people. Such a statement changed nothing; where SQLite itself has rolled the
 * transaction back, the rollback that follows has nothing left to do.
 */
function sayingPlainly(database: Database.Database): SqliteDatabase {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
      if (LOCKED.test(code)) throw recordsLocked(cause)
      if (!DISK_TROUBLE.test(code)) throw cause
      throw new ScoregateError({
        kind: 'unavailable',
        code: 'records-unwritable',
        message:
          'The records cannot be written, so nothing was changed: the disk is full, read-only or failing.',
        remedy: 'Free space on the disk of the data folder, or see that it can be written, and try again.',
        cause,
      })
    }
  }
  return {
    close: () => void database.close(),
    prepare(sql) {
      if (sql === 'rollback' && !database.inTransaction) return NOTHING_TO_DO
      // At once for writing: SQLite waits for another program's lock only at the beginning, not between read and write.
      const text = sql === 'begin' ? 'begin immediate' : sql
      const statement = attempt(() => database.prepare(text))
      return {
        reader: statement.reader,
        all: (parameters) => attempt(() => statement.all(parameters)),
        run: (parameters) => {
          const { changes, lastInsertRowid } = attempt(() => statement.run(parameters))
          return { changes, lastInsertRowid }
        },
        iterate: (parameters) => statement.iterate(parameters) as IterableIterator<unknown>, // rows, whatever they are
      }
    },
  }
}

function recordsLocked(cause: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'records-locked',
    message: 'The records cannot be written, so nothing was changed: another program has them locked.',
    // The driver keeps the statement that failed, and commits nothing beside it, so another try does not help.
    remedy: 'End the other program that has the database open, and start this one again.',
    cause,
  })
}

const NOTHING_TO_DO: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
}
