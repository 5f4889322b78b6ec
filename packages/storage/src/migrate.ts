import { ScoregateError } from '@scoregate/protocol/errors'
import { type Kysely, sql } from 'kysely'

/** One step of a schema: immutable once shipped, forward only. Names are numbered, `0001-accounts`, and run in order. */
export type Migration = { readonly name: string; readonly statements: readonly string[] }

/**
 * Brings a database to the newest schema, each migration once and in a transaction of its own; returns the names that
 * were run. Throws `ScoregateError` for a database that a newer program has migrated: an older one must not touch it.
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  migrations: readonly Migration[],
): Promise<string[]> {
  await sql`create table if not exists migration (name text primary key, run_at text not null)`.execute(db)
  const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(db)
  const known = new Set(migrations.map((migration) => migration.name))
  const foreign = rows.find((row) => !known.has(row.name))
  if (foreign !== undefined) {
    throw new ScoregateError({
      kind: 'unavailable',
      code: 'newer-schema',
      message: `The database has the schema step "${foreign.name}", which this version does not know.`,
      remedy: 'Start the newer version of Scoregate that made this database.',
    })
  }
  const done = new Set(rows.map((row) => row.name))
  const run: string[] = []
  for (const migration of migrations) {
    if (done.has(migration.name)) continue
    await db.transaction().execute(async (transaction) => {
      // The name goes in first: of two programs that start at once, the second fails here and changes nothing.
      await sql`insert into migration (name, run_at) values (${migration.name}, ${new Date().toISOString()})`.execute(
        transaction,
      )
      for (const statement of migration.statements) await sql.raw(statement).execute(transaction)
    })
    run.push(migration.name)
  }
  return run
}
