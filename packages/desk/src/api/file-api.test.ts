import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { readCoverage } from '../viewers/file-view.ts'
import { SearchProgress } from './file-api.ts'

const REVIEWER = 'first-reviewer'
const LOG = 'a line of the log\n'.repeat(20_000)
const FILES = { 'scoring_output/scores.json': '{"auc": 0.5}', 'scoring_output/long.log': LOG }

async function coverage(rig: DeskRig, id: string, reviewer = REVIEWER) {
  const records = await openRecords<DeskTables>(`${rig.dataFolder}/records.db`)
  const seen = await readCoverage(records.db, { hold: HoldId.parse(id), reviewer })
  await records.close()
  return seen
}

async function actsOf(rig: DeskRig): Promise<unknown[]> {
  const chain = await readFile(join(rig.dataFolder, 'audit.jsonl'), 'utf8')
  return chain
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line).act)
}

describe('parts of files by the API', () => {
  it('are what was asked for, and seen by whoever asked, and by nobody else', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    const part = async (offset: number, length: number) =>
      (await rig.api(`/api/holds/${id}/files/0?offset=${offset}&length=${length}`)).text()
    expect(await part(100, 50)).toBe(LOG.slice(100, 150))
    expect((await coverage(rig, id)).get(0)?.ranges).toEqual([{ from: 100, to: 150 }])
    expect(await coverage(rig, id, 'second-reviewer')).toEqual(new Map())
    expect(await part(LOG.length - 10, 100)).toBe(LOG.slice(-10))
    expect(await part(LOG.length + 10, 100)).toBe('')
    expect(await actsOf(rig)).toContainEqual(
      expect.objectContaining({ kind: 'file-viewed', reviewer: REVIEWER, offset: 100, end: 150, as: 'text' }),
    )
    for (let offset = 0; offset < LOG.length; offset += 100_000) await part(offset, 100_000)
    expect((await coverage(rig, id)).get(0)?.ranges).toEqual([{ from: 0, to: LOG.length }])
  })

  it('are not shown, and count as nothing, where the vault was altered', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    await writeFile(rig.blobFile(LOG), LOG.replace('line', 'life'))
    const answer = await rig.api(`/api/holds/${id}/files/0?offset=0&length=100`)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'vault-altered' })
    expect(await coverage(rig, id)).toEqual(new Map())
  })

  it('are searched with progress, and a search shows nothing whole', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: { ...FILES, 'scoring_output/long.log': `${LOG}NEEDLE\n` } })
    const search = async (words: string) => {
      const answer = await rig.api(`/api/holds/${id}/files/0/search?words=${encodeURIComponent(words)}`)
      const lines = (await answer.text()).trimEnd().split('\n')
      return lines.map((line) => SearchProgress.parse(JSON.parse(line)))
    }
    const progress = await search('NEEDLE')
    expect(progress.at(-1)).toMatchObject({
      end: 'done',
      searchedBytes: LOG.length + 7,
      totalBytes: LOG.length + 7,
    })
    const hits = progress.flatMap(({ hits }) => hits)
    expect(hits).toEqual([{ offset: LOG.length, line: 20_001, around: 'NEEDLE' }])
    expect((await search('line')).at(-1)?.end).toBe('full')
    expect((await search('absent')).flatMap(({ hits }) => hits)).toEqual([])
    expect(await coverage(rig, id)).toEqual(new Map())
    expect((await rig.api(`/api/holds/${id}/files/0/search?words=`)).status).toBe(400)
  })
})

describe('a list that is watched', () => {
  it('is answered with nothing, and is no view on the chain, while it is as it was', async () => {
    await using rig = await DeskRig.start()
    await rig.deposit()
    const views = async () =>
      (await actsOf(rig)).filter((act) => JSON.stringify(act).includes('"list-viewed"')).length
    const look = (tag?: string | null) =>
      fetch(`${rig.url}/api/holds`, {
        headers: {
          authorization: `Token token-of-${REVIEWER}`,
          ...(tag === undefined || tag === null ? {} : { 'if-none-match': tag }),
        },
      })
    const first = await look()
    const tag = first.headers.get('etag')
    expect(await views()).toBe(1)
    const again = await look(tag)
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect(await views()).toBe(1)
    await rig.deposit()
    expect((await look(tag)).status).toBe(200)
    expect(await views()).toBe(2)
  })
})
