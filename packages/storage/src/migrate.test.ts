import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from './migrate.ts'
import { openRecords, type Records } from './records.ts'

describe('migrations', () => {
  let folder: string
  let records: Records<Record<string, never>>

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoregate-records-'))
    records = await openRecords(join(folder, 'nested', 'records.db'))
  })
  afterEach(async () => {
    await records.close()
    await rm(folder, { recursive: true })
  })

  const first = { name: '0001-thing', statements: ['create table thing (id integer primary key)'] }
  const second = { name: '0002-more', statements: ['alter table thing add column name text'] }

  it('run in order, once each', async () => {
    expect(await migrate(records.db, [first])).toEqual(['0001-thing'])
    expect(await migrate(records.db, [first, second])).toEqual(['0002-more'])
    expect(await migrate(records.db, [first, second])).toEqual([])
  })

  it('leave nothing of a step that fails', async () => {
    const broken = { name: '0002-broken', statements: ['create table other (id integer)', 'not sql'] }
    await expect(migrate(records.db, [first, broken])).rejects.toThrow()
    const { rows } = await sql`select name from sqlite_master where name = 'other'`.execute(records.db)
    expect(rows).toEqual([])
  })

  it('refuse a database of a newer version', async () => {
    await migrate(records.db, [first, second])
    await expect(migrate(records.db, [first])).rejects.toMatchObject({ code: 'newer-schema' })
  })
})
