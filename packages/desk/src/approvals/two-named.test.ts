import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { readActs } from '../audit/audit-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { ANNA, approve, BEN, policyWith, TWO } from './approvals-rig.ts'

describe('a release by two', () => {
  it('is told with both names in the report of the month, its CSV, and the list of what was decided', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id } = await rig.deposit()
    const browser = await rig.signIn(ANNA)
    const month = new Date().toISOString().slice(0, 7)
    await approve(rig, id, { by: ANNA })
    // The control: one approval decides nothing, and is nobody's decision yet.
    expect(await (await browser.get('/decided')).text()).not.toContain(id)
    expect(await (await browser.get(`/report/${month}.csv`)).text()).not.toContain(`reviewer,${ANNA}`)
    await approve(rig, id, { by: BEN })
    await rig.untilState(id, 'released')
    const csv = await (await browser.get(`/report/${month}.csv`)).text()
    expect(csv).toContain(`${month},all,,approved,1\r\n`)
    for (const name of [ANNA, BEN]) expect(csv).toContain(`${month},reviewer,${name},approved,1\r\n`)
    for (const path of [`/report/${month}`, '/decided']) {
      // The name of whoever is signed in is at the head of the page, too: only the part that tells counts.
      const main = /<main[\s\S]*<\/main>/.exec(await (await browser.get(path)).text())?.[0] ?? ''
      for (const name of [ANNA, BEN]) expect(main).toContain(name)
    }
  })

  it('needs two after a change of policy in between, and each approval names the policy it was given under', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id } = await rig.deposit()
    expect((await approve(rig, id, { by: ANNA })).answer).toMatchObject({ standing: 1, needed: 2 })
    await rig.stopDesk()
    // Now one would be enough for what is deposited from here on.
    await writeFile(join(rig.folder, 'policy.yaml'), policyWith('approvals: 1'))
    await rig.startDesk()
    expect(await rig.show(id)).toMatchObject({ state: 'awaiting', approvedFirst: { reviewer: ANNA } })
    expect(await approve(rig, id, { by: ANNA })).toMatchObject({
      status: 409,
      answer: { code: 'approved-by-you' },
    })
    expect((await approve(rig, id, { by: BEN })).answer).toMatchObject({ state: 'approved' })
    await rig.untilState(id, 'released')
    const given = await policiesOf(rig, id)
    expect(given.map(({ place }) => place)).toEqual(['first', 'last'])
    const [before, after] = given.map(({ policy_digest }) => policy_digest)
    expect(before).not.toBe(after)
    const acts = await readActs(rig.dataFolder)
    expect(acts.find(({ kind }) => kind === 'approved-first')).toMatchObject({ policyDigest: before })
    expect(acts.find(({ kind }) => kind === 'decided')).toMatchObject({ policyDigest: after })
    expect(rig.platform.statements.at(-1)?.predicate).toMatchObject({
      policyDigest: after,
      decision: { reviewer: BEN, first: { reviewer: ANNA } },
    })
    // The control: what comes under the new policy needs one.
    const next = await rig.deposit()
    expect((await approve(rig, next.id, { by: ANNA })).answer).toMatchObject({ state: 'approved' })
  })
})

async function policiesOf(rig: DeskRig, id: string) {
  const { db, close } = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
  const rows = await db
    .selectFrom('approval')
    .select(['place', 'policy_digest'])
    .where('hold_id', '=', id)
    .orderBy('id')
    .execute()
  await close()
  return rows
}
