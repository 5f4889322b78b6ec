import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { chainLines } from '@scoregate/gate/chain-lines'
import { verifyChain } from '@scoregate/gate/verify-chain'
import { openRecords } from '@scoregate/storage/records'
import { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { auditFileOf } from './audit-file-name.ts'
import { readFilter } from './audit-filter.ts'
import { readActs } from './audit-rig.ts'
import { chainCsvLine } from './chain-csv.ts'
import { findEntries } from './find-entries.ts'

/** The numbers of the entries on a page, in its order. */
function numbersOn(page: string): number[] {
  return [...page.matchAll(/id="entry-([0-9]+)"/g)].map(([, number]) => Number(number))
}

/** Where the link with this label leads. */
function linkTo(page: string, label: string): string | undefined {
  const link = [...page.matchAll(/<a class="button[^"]*" href="([^"]*)"[^>]*>(.*?)<\/a>/gs)].find(
    ([, , face]) => face?.includes(label),
  )
  return link?.[1]?.replaceAll('&amp;', '&')
}

describe('the audit page', () => {
  it('shows the chain in words, the newest first, and leads to the holds', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.approve(id)
    await rig.untilState(id, 'released')
    const browser = await rig.signIn()
    const page = await (await browser.get('/audit')).text()
    expect(page).toContain('first-reviewer looked at the audit chain')
    expect(page).toContain('the chain began, with the signing key')
    expect(page).toContain(`first-reviewer approved scores of hold ${id}`)
    expect(page).toContain(`href="/holds/${id}"`)
    expect(page).toContain('Verified when the desk started')
    const numbers = numbersOn(page)
    expect(numbers).toEqual(numbers.toSorted((one, other) => other - one))
    const head = /audit verify --file audit\.jsonl --head ([0-9]+):([0-9a-f]{64})/.exec(page)
    const lines = (await readFile(auditFileOf(rig.dataFolder), 'utf8')).trimEnd().split('\n')
    expect(lines[Number(head?.[1]) - 1]).toContain(`"hash":"${head?.[2]}"`)
    expect(page).not.toContain('<script')
  })

  it('asks for a signed-in reviewer, and records who looked and who exported', async () => {
    await using rig = await DeskRig.start()
    for (const path of ['/audit', '/audit/export.jsonl', '/audit/export.csv']) {
      expect((await fetch(rig.url + path, { redirect: 'manual' })).status).toBe(303)
    }
    const browser = await rig.signIn()
    await browser.get('/audit')
    await (await browser.get('/audit/export.csv?group=people&reviewer=first-reviewer')).text()
    expect((await readActs(rig.dataFolder)).slice(-2)).toEqual([
      { kind: 'chain-viewed', reviewer: 'first-reviewer' },
      {
        kind: 'chain-exported',
        reviewer: 'first-reviewer',
        format: 'csv',
        filteredBy: ['kind', 'reviewer'],
      },
    ])
  })

  it('goes through the whole chain page by page, and back, without a gap or a double', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    for (let at = 0; at < 130; at += 1) await rig.api('/api/holds?list=waiting')
    const first = await (await browser.get('/audit?group=views')).text()
    const seen = [...numbersOn(first)]
    let page = first
    for (let older = linkTo(page, 'Older'); older !== undefined; older = linkTo(page, 'Older')) {
      page = await (await browser.get(older)).text()
      seen.push(...numbersOn(page))
    }
    expect(seen).toHaveLength(130)
    expect(new Set(seen).size).toBe(130)
    expect(seen).toEqual(seen.toSorted((one, other) => other - one))
    const back: number[] = [...numbersOn(page)]
    for (let newer = linkTo(page, 'Newer'); newer !== undefined; newer = linkTo(page, 'Newer')) {
      page = await (await browser.get(newer)).text()
      back.unshift(...numbersOn(page))
    }
    expect(back).toEqual(seen)
  })

  it('chooses by kind of act, by reviewer, by hold and by day', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.deposit()
    await rig.api(`/api/holds/${id}`, undefined, 'second-reviewer')
    const today = new Date().toISOString().slice(0, 10)
    rig.passTime(86_400)
    await rig.api('/api/holds?list=waiting')
    const browser = await rig.signIn()
    const textOf = async (query: string) => (await browser.get(`/audit?${query}`)).text()
    const ofHold = await textOf(`hold=${id}`)
    const named = [...ofHold.matchAll(/href="\/holds\/([a-z2-7]{8})"/g)].map(([, name]) => name)
    expect(named).toEqual(numbersOn(ofHold).map(() => id))
    expect(named.length).toBeGreaterThan(1)
    expect(numbersOn(await textOf('reviewer=second-reviewer'))).toHaveLength(1)
    expect(numbersOn(await textOf(`group=views&hold=${id}`))).toHaveLength(1)
    expect(numbersOn(await textOf('group=deposits'))).toHaveLength(2)
    expect(await textOf('group=alarms')).toContain('No entry fits this filter')
    const before = await textOf(`to=${today}&group=views`)
    expect(before).toContain('second-reviewer looked at hold')
    expect(before).not.toContain('looked at the list')
    expect(numbersOn(await textOf(`from=${today}&to=${today}`)).length).toBeGreaterThan(3)
    const wrong = await textOf('hold=%3Cscript%3E&from=2026-02-30&group=nonsense')
    expect(wrong).toContain('A hold is named by eight letters and digits')
    expect(wrong).toContain('Write a day as 2026-05-01.')
    expect(wrong).not.toContain('<script')
    expect((await browser.get('/audit/export.csv?from=2026-02-30')).status).toBe(400)
  })

  it('exports the exact lines, which anybody can verify', async () => {
    await using rig = await DeskRig.start()
    await rig.deposit()
    const browser = await rig.signIn()
    const exported = await (await browser.get('/audit/export.jsonl')).text()
    expect(exported).toBe(await readFile(auditFileOf(rig.dataFolder), 'utf8'))
    const report = await verifyChain(chainLines(Readable.from([Buffer.from(exported)])), [])
    expect(report.damages).toEqual([])
    const some = await (await browser.get('/audit/export.jsonl?group=deposits')).text()
    expect(some.trimEnd().split('\n')).toHaveLength(1)
    expect(exported).toContain(some)
  })

  it('exports CSV in which no cell is a formula', async () => {
    await using rig = await DeskRig.start()
    const deposit = rig.makeDeposit()
    deposit.worker = '=HYPERLINK("http://elsewhere.example","x")'
    for (const content of [
      '{"auc": 0.81249, "brier": 0.1}',
      '<h1>Detailed</h1>',
      'PLANTED-LOG-WORDS\n',
      '',
      'PLANTED-PREDICTION\n',
    ])
      await rig.putBlob(content)
    expect((await rig.postDeposit(deposit)).status).toBe(201)
    const browser = await rig.signIn()
    const answer = await browser.get('/audit/export.csv?group=deposits')
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const [head, line, end] = (await answer.text()).split('\r\n')
    expect(head).toBe('number,time,kind,reviewer,hold,what happened,hash')
    expect(line).toMatch(/^[0-9]+,[^,]+,deposited,,[a-z2-7]{8},"'=HYPERLINK\(""http/)
    expect(end).toBe('')
    const entry = { sequence: 1, time: 'now', previous: deposit.manifestDigest, hash: deposit.manifestDigest }
    for (const reviewer of ['=1', '+1', '-1', '@x', '\tx', '\rx']) {
      const cells = chainCsvLine({ ...entry, act: { kind: 'signed-out', reviewer } })
      expect(cells).toContain(`"'${reviewer}"`)
    }
  })

  it('shows an entry of the records that is not as it was written', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    await rig.changeRecords(
      `update audit_entry set line = replace(line, 'policy-in-force', 'policy-in-farce') where kind = ?`,
      ['policy-in-force'],
    )
    expect(await (await browser.get('/audit')).text()).toContain('This entry is not as it was written')
  })

  it('reads a page along an index, whatever is chosen', async () => {
    await using rig = await DeskRig.start()
    await rig.stopDesk()
    const records = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
    const asked: CompiledQuery[] = []
    const db = records.db.withPlugin({
      transformQuery({ node, queryId }) {
        asked.push(records.db.getExecutor().compileQuery(node, queryId))
        return node
      },
      transformResult: async ({ result }) => result,
    })
    for (const filter of [
      'group=views',
      'reviewer=first-reviewer',
      'hold=abcdefgh',
      'group=views&reviewer=first-reviewer',
      'from=2026-01-01&to=2026-12-31',
    ]) {
      const query = new URLSearchParams(filter)
      const { filter: read } = readFilter((name) => query.get(name) ?? undefined)
      await findEntries(db, read, { direction: 'older', limit: 50 })
    }
    expect(asked.length).toBeGreaterThan(5)
    for (const { sql, parameters } of asked) {
      const plan = await records.db.executeQuery<{ detail: string }>(
        CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
      )
      const details = plan.rows.map(({ detail }) => detail).join('; ')
      expect(details).toMatch(/^SEARCH audit_entry USING/)
      expect(details).not.toContain('TEMP B-TREE')
    }
    await records.close()
  })
})
