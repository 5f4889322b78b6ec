import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords, type Records } from '@scoregate/storage/records'
import { ACCOUNT_MIGRATIONS } from '@scoregate/web/accounts'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DESK_MIGRATIONS } from '../migrations/desk-migrations.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { openAudit } from './audit.ts'
import { auditFileOf } from './audit-file-name.ts'
import { readActs, verifyFile } from './audit-rig.ts'
import { recordAct } from './record-act.ts'

describe('the file of the chain and the records', () => {
  let folder: string
  let file: string
  let records: Records<DeskTables>
  const clock = () => new Date('2026-05-01T12:00:00Z')
  const open = () => openAudit({ db: records.db, dataFolder: folder, clock })
  /** What a desk does that dies between the commit and the file. */
  const commitOnly = (reviewer: string) =>
    records.db
      .transaction()
      .execute((transaction) =>
        recordAct(transaction, { act: { kind: 'signed-out', reviewer }, now: clock() }),
      )

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoregate-audit-'))
    file = auditFileOf(folder)
    records = await openRecords<DeskTables>(join(folder, 'records.db'))
    await migrate(records.db, [...ACCOUNT_MIGRATIONS, ...DESK_MIGRATIONS])
    const audit = await open()
    // Not only ASCII, so that a crash may also cut a character in two.
    for (const reviewer of ['one', 'zwei', 'trüis', 'четыре'])
      await audit.record({ kind: 'signed-out', reviewer })
    await audit.close()
  })

  afterEach(async () => {
    await records.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('tell the same after any crash: whatever the file lacks at its end is added at the next start', async () => {
    const whole = await readFile(file)
    const before = await readActs(folder)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        await records.db.deleteFrom('audit_entry').where('sequence', '>', before.length).execute()
        await writeFile(file, whole.subarray(0, length))
        const audit = await open()
        await audit.written()
        await audit.close()
        const after = await readFile(file)
        expect(after.subarray(0, whole.length).equals(whole)).toBe(true)
        const lacking = whole.subarray(length).filter((byte) => byte === 0x0a).length
        expect((await readActs(folder)).slice(before.length)).toEqual(
          lacking === 0 ? [] : [{ kind: 'file-completed', entries: lacking }],
        )
        expect((await verifyFile(folder)).damages).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('have an act that was committed and not yet written when the desk died, once', async () => {
    await commitOnly('after-the-crash')
    expect(await readActs(folder)).toHaveLength(4)
    const audit = await open()
    await audit.written()
    await audit.close()
    expect((await readActs(folder)).slice(4)).toEqual([
      { kind: 'signed-out', reviewer: 'after-the-crash' },
      { kind: 'file-completed', entries: 1 },
    ])
  })

  it.each([
    [
      'a byte is another',
      async () => writeFile(file, (await readFile(file, 'utf8')).replace('zwei', 'drei')),
    ],
    [
      'a line is gone',
      async () => writeFile(file, (await readFile(file, 'utf8')).replace(/^.*zwei.*\n/m, '')),
    ],
    ['a line was added', () => appendFile(file, 'something\n')],
    ['half a line was added', () => appendFile(file, 'something')],
    [
      'the end was written anew',
      async () => writeFile(file, (await readFile(file, 'utf8')).replace(/четыре.*\n$/, 'x')),
    ],
    [
      'the records were set back',
      () => records.db.deleteFrom('audit_entry').where('sequence', '>', 2).execute(),
    ],
    [
      'an entry of the records is another',
      () =>
        records.db
          .updateTable('audit_entry')
          .set({ kind: 'signed-in', line: '{}' })
          .where('sequence', '=', 2)
          .execute(),
    ],
    [
      'an entry of the records is gone',
      () => records.db.deleteFrom('audit_entry').where('sequence', '=', 2).execute(),
    ],
  ])('differ when %s: then the desk does not start', async (_what, change) => {
    // Control: before the change it starts.
    await (await open()).close()
    await change()
    const before = await readFile(file)
    await expect(open()).rejects.toMatchObject({ code: 'audit-altered' })
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  it('names what is wrong with the file, entry by entry', async () => {
    await writeFile(file, (await readFile(file, 'utf8')).replace('zwei', 'drei'))
    await expect(open()).rejects.toMatchObject({
      message: expect.stringContaining('Entry 2 differs'),
      problems: [{ where: `${file}, entry 2`, what: 'Entry 2 is not as it was written.' }],
    })
  })

  it('agree again when the file was moved away: it is written anew from the records, and says so', async () => {
    const whole = await readFile(file, 'utf8')
    await rename(file, `${file}.old`)
    const audit = await open()
    await audit.close()
    expect((await readFile(file, 'utf8')).startsWith(whole)).toBe(true)
    expect((await readActs(folder)).at(-1)).toEqual({ kind: 'file-completed', entries: 4 })
  })

  it('keep up with many acts at once, each of them once and in one order', async () => {
    const audit = await open()
    const names = Array.from({ length: 300 }, (_, at) => `reviewer-${at}`)
    await Promise.all(names.map((reviewer) => audit.record({ kind: 'signed-out', reviewer })))
    const written = (await readActs(folder)).flatMap((act) =>
      act.kind === 'signed-out' ? [act.reviewer] : [],
    )
    expect(written.slice(4).toSorted()).toEqual(names.toSorted())
    expect((await verifyFile(folder)).damages).toEqual([])
    await audit.close()
  })
})
