import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { isSeenWhole, noteViewed, readCoverage } from './file-view.ts'

describe('what a reviewer has been shown of a file', () => {
  it('is told in ranges that never touch, whatever the order of the looks', async () => {
    await using rig = await DeskRig.start()
    const hold = HoldId.parse((await rig.deposit()).id)
    const records = await openRecords<DeskTables>(`${rig.dataFolder}/records.db`)
    const look = async (from: number, to: number) => {
      await records.db
        .transaction()
        .execute((transaction) =>
          noteViewed(transaction, { hold, fileNumber: 0, from, to, reviewer: 'anna' }),
        )
      return (await readCoverage(records.db, { hold, reviewer: 'anna' })).get(0)
    }
    expect(await look(20, 30)).toEqual({ ranges: [{ from: 20, to: 30 }], bytes: 10 })
    expect((await look(0, 10))?.ranges).toHaveLength(2)
    expect((await look(0, 10))?.bytes).toBe(20)
    expect((await look(25, 40))?.ranges).toEqual([
      { from: 0, to: 10 },
      { from: 20, to: 40 },
    ])
    const whole = await look(10, 20)
    expect(whole).toEqual({ ranges: [{ from: 0, to: 40 }], bytes: 40 })
    expect([isSeenWhole(whole, 40), isSeenWhole(whole, 41), isSeenWhole(undefined, 0)]).toEqual([
      true,
      false,
      false,
    ])
    expect(await readCoverage(records.db, { hold, reviewer: 'berta' })).toEqual(new Map())
    await records.close()
  })

  it('counts what the pages showed, for this reviewer alone, and an empty file when it was opened', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit({
      files: {
        'scoring_output/scores.json': '{"auc": 0.5}',
        'scoring_output/long.txt': 'a line of the file\n'.repeat(10_000),
        'scoring_output/none.txt': '',
      },
    })
    const seen = async () => {
      const page = await (await browser.get(`/holds/${id}`)).text()
      return [...page.matchAll(/data-label="You have seen"><div class="cell">([^<]*)</g)].map(
        (found) => found[1],
      )
    }
    expect(await seen()).toEqual(['nothing yet', 'nothing yet', 'nothing yet'])
    await browser.get(`/holds/${id}/files/0`)
    await browser.get(`/holds/${id}/files/1`)
    expect(await seen()).toEqual(['10 %', 'all of it', 'nothing yet'])
    await browser.get(`/holds/${id}/files/0?to=190000`)
    expect((await seen())[0]).toBe('20 %')
    for (let offset = 0; offset < 190_000; offset += 19_000)
      await browser.get(`/holds/${id}/files/0?offset=${offset}`)
    expect((await seen())[0]).toBe('all of it')
  })
})
