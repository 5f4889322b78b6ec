import { describe, expect, it } from 'vitest'
import { HoldDetails } from '../api/hold-api.ts'
import { readActs } from '../audit/audit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { ANNA, approve, BEN, CARLA, policyWith, reject, THREE, TWO, withdraw } from './approvals-rig.ts'

const PLANTED_NOTE = 'PLANTED-NOTE-OF-THE-FIRST'

describe('a hold that two must approve', () => {
  it('waits after the first, and the second lets out what both ticked, with both names on the receipt', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id, deposit } = await rig.deposit()
    const first = await approve(rig, id, { by: ANNA, artefacts: ['scores', 'scoring_stdout'] })
    expect(first).toEqual({ status: 200, answer: { id, state: 'awaiting', standing: 1, needed: 2 } })
    expect(await rig.show(id)).toMatchObject({ state: 'awaiting', approvedFirst: { reviewer: ANNA } })
    expect(rig.told(deposit.manifestDigest)).not.toContain('released')
    const second = await approve(rig, id, { by: BEN, artefacts: ['scores', 'detailed_results'] })
    expect(second).toEqual({ status: 200, answer: { id, state: 'approved' } })
    const hold = await rig.untilState(id, 'released')
    expect(hold.decision).toMatchObject({ reviewer: BEN, first: { reviewer: ANNA }, artefacts: ['scores'] })
    expect(rig.platform.artefacts.size).toBe(0)
    expect(rig.platform.statements.at(-1)?.predicate).toMatchObject({
      decision: { kind: 'approve', reviewer: BEN, first: { reviewer: ANNA } },
      artefacts: ['scores'],
    })
    const acts = await readActs(rig.dataFolder)
    expect(acts.map(({ kind }) => kind)).toContain('approved-first')
    expect(acts.find(({ kind }) => kind === 'decided')).toMatchObject({
      decision: { reviewer: BEN, first: { reviewer: ANNA }, artefacts: ['scores'] },
    })
  })

  it('control: where one is enough, the first releases', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    expect((await approve(rig, id, { by: ANNA })).answer).toEqual({ id, state: 'approved' })
    expect((await rig.untilState(id, 'released')).decision).not.toHaveProperty('first')
  })

  it('keeps from everybody else what the first ticked and wrote, until it is decided', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id } = await rig.deposit()
    const words = { note: PLANTED_NOTE, reason: 'PLANTED-REASON-OF-THE-FIRST' }
    await approve(rig, id, { by: ANNA, artefacts: ['scores', 'predictions'], ...words })
    const browser = await rig.signIn(BEN)
    const seen: Record<string, string> = {}
    for (const path of ['/', `/holds/${id}`, '/audit', '/audit/export.jsonl', '/audit/export.csv'])
      seen[path] = await (await browser.get(path)).text()
    for (const path of [`/api/holds/${id}`, '/api/holds'])
      seen[path] = await (await rig.api(path, undefined, BEN)).text()
    for (const text of Object.values(seen)) expect(text).not.toContain('PLANTED')
    for (const text of Object.values(seen)) expect(text).toContain(ANNA)
    // What is ticked on the page is what the policy ticks, not what the first reviewer did.
    expect(tickedOn(seen[`/holds/${id}`] ?? '')).toEqual(['scores'])
    const own = await (await (await rig.signIn(ANNA)).get(`/holds/${id}`)).text()
    expect(own).toContain(PLANTED_NOTE)
    await approve(rig, id, { by: BEN })
    expect(await (await browser.get(`/holds/${id}`)).text()).toContain(PLANTED_NOTE)
  })

  it('is not decided by the same person twice: by token, by form, in bulk, or under other capitals', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id, deposit } = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    expect(await approve(rig, id, { by: ANNA })).toMatchObject({
      ...{ status: 409, answer: { code: 'approved-by-you' } },
    })
    const browser = await rig.signIn(ANNA)
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await browser.get('/')).text())?.[1] ?? ''
    const digest = deposit.manifestDigest
    const form = await browser.post(`/holds/${id}/approve`, [
      ...Object.entries({ csrf, digest, artefacts: 'scores' }),
    ])
    expect(form.status).toBe(409)
    const bulk = await browser.post('/bulk', [
      ...Object.entries({ csrf, act: 'release', hold: `${id}:${digest}` }),
    ])
    expect(await bulk.text()).toContain('0 released, 1 was not decided')
    // The name of an account in other capitals is the same account.
    const shouted = await fetch(`${rig.url}/api/api-token-auth/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: ANNA.toUpperCase(), password: 'a long enough password' }),
    })
    const { token } = (await shouted.json()) as { token: string }
    const answer = await fetch(`${rig.url}/api/holds/${id}/decision`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ digest, decision: 'approve', artefacts: ['scores'] }),
    })
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('approved-by-you')])
    expect((await rig.show(id)).state).toBe('awaiting')
    // Control: another person decides.
    expect((await approve(rig, id, { by: BEN })).status).toBe(200)
  })

  it('refuses a second that has nothing in common with the first, and is then decided by what has', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id } = await rig.deposit()
    await approve(rig, id, { by: ANNA, artefacts: ['scores'] })
    expect(await approve(rig, id, { by: BEN, artefacts: ['scoring_stdout'] })).toMatchObject({
      ...{ status: 409, answer: { code: 'nothing-in-common' } },
    })
    expect((await approve(rig, id, { by: BEN, artefacts: ['scores'] })).status).toBe(200)
    await rig.untilState(id, 'released')
  })

  it('lets the first withdraw before the second, and nobody else, and not afterwards', async () => {
    await using rig = await DeskRig.start({ policy: TWO, config: THREE })
    const { id } = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    expect(await withdraw(rig, id, BEN)).toMatchObject({
      ...{ status: 409, answer: { code: 'no-approval' } },
    })
    expect(await withdraw(rig, id, ANNA)).toEqual({
      status: 200,
      answer: { id, state: 'awaiting', standing: 0 },
    })
    expect(await rig.show(id)).not.toHaveProperty('approvedFirst')
    // Now the other is the first, and the one who withdrew may be the second.
    expect((await approve(rig, id, { by: BEN })).answer).toMatchObject({ state: 'awaiting' })
    expect((await approve(rig, id, { by: ANNA })).answer).toMatchObject({ state: 'approved' })
    expect((await withdraw(rig, id, BEN)).status).toBe(409)
    const hold = await rig.untilState(id, 'released')
    expect(hold.decision).toMatchObject({ reviewer: ANNA, first: { reviewer: BEN } })
    expect((await readActs(rig.dataFolder)).map(({ kind }) => kind)).toContain('approval-withdrawn')
  })

  it('rests on no approval of somebody who is no reviewer any more', async () => {
    await using rig = await DeskRig.start({ policy: TWO, config: THREE })
    const { id } = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    await rig.changeRecords(
      `delete from person_role where role = 'reviewer' and person_id = (select id from person where username = ?)`,
      [ANNA],
    )
    expect((await approve(rig, id, { by: BEN, see: CARLA })).answer).toMatchObject({ state: 'awaiting' })
    expect((await approve(rig, id, { by: CARLA, see: CARLA })).answer).toMatchObject({ state: 'approved' })
    const { decision } = HoldDetails.parse(await (await rig.api(`/api/holds/${id}`, undefined, BEN)).json())
    expect(decision).toMatchObject({ reviewer: CARLA, first: { reviewer: BEN } })
  })

  it('is rejected by anybody at once, the first reviewer included, and then names who rejected', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    for (const by of [ANNA, BEN]) {
      const { id } = await rig.deposit()
      await approve(rig, id, { by: ANNA })
      expect((await reject(rig, id, by)).answer).toMatchObject({ state: 'rejected' })
      const { decision } = await rig.untilState(id, 'closed')
      expect(decision).toMatchObject({ kind: 'reject', reviewer: by })
      expect(decision).not.toHaveProperty('first')
    }
    expect(rig.platform.outcomes.filter(({ kind }) => kind === 'released')).toEqual([])
  })

  it('expires with one approval as with none, and a later attempt voids what was approved of the earlier', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id, deposit } = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    const later = await rig.deposit({ jobId: deposit.job.jobId, attempt: 2, submissionId: 101 })
    expect((await approve(rig, id, { by: BEN })).status).toBe(409)
    expect(await rig.show(later.id)).not.toHaveProperty('approvedFirst')
    await approve(rig, later.id, { by: ANNA })
    rig.passTime(25 * 3600)
    expect((await rig.untilState(later.id, 'closed')).decision).toMatchObject({ kind: 'expire' })
    expect((await approve(rig, later.id, { by: BEN })).status).toBe(409)
    expect(rig.platform.outcomes.filter(({ kind }) => kind === 'released')).toEqual([])
  })

  it('takes exactly one first and one second of many at once, and releases once', async () => {
    await using rig = await DeskRig.start({ policy: TWO, config: THREE })
    for (let round = 0; round < 4; round += 1) {
      const { id, deposit } = await rig.deposit()
      const answers = await Promise.all([ANNA, ANNA, BEN, BEN, CARLA].map((by) => approve(rig, id, { by })))
      const states = answers.map(({ status, answer }) => (status === 200 ? answer['state'] : status))
      expect(states.toSorted()).toEqual([409, 409, 409, 'approved', 'awaiting'])
      const { decision } = await rig.untilState(id, 'released')
      expect(decision?.first?.reviewer).not.toBe(decision?.reviewer)
      expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    }
  })

  it('releases nothing where the records were changed so that one approved alone', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    await rig.platform.down()
    const { id } = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    await approve(rig, id, { by: BEN })
    await rig.changeRecords('update decision set first_reviewer = null where hold_id = ?', [id])
    await rig.platform.up()
    const until = async () => (await rig.show(id)).alarm
    while ((await until()) === undefined) rig.passTime(600)
    expect(rig.platform.outcomes.filter(({ kind }) => kind === 'released')).toEqual([])
  })
})

describe('two for findings of some ranks', () => {
  const LONG_LOG = { 'logs/scoring_stdout': 'x\n'.repeat(40_000) }

  it('must approve where one stands, and one is enough where none does', async () => {
    await using rig = await DeskRig.start({ policy: policyWith('two_for: [notice]') })
    const { HONEST_RUN } = await import('../deposit-rig.ts')
    const found = await rig.deposit({ files: { ...HONEST_RUN, ...LONG_LOG } })
    expect((await rig.show(found.id)).findings).not.toEqual([])
    expect((await approve(rig, found.id, { by: ANNA })).answer).toMatchObject({ state: 'awaiting' })
    const clean = await rig.deposit()
    expect((await approve(rig, clean.id, { by: ANNA })).answer).toMatchObject({ state: 'approved' })
  })

  it('must approve what the checks have not ended over, where the policy lets it be approved at any time', async () => {
    const policy = `${policyWith('two_for: [critical]')}checks: { approval: any-time }\n`
    await using rig = await DeskRig.start({ policy })
    const { id } = await rig.deposit()
    await rig.changeRecords(`update hold_checks set state = 'running' where hold_id = ?`, [id])
    expect((await approve(rig, id, { by: ANNA })).answer).toMatchObject({ state: 'awaiting' })
    // Also when the checks find nothing afterwards: what began as two stays two.
    await rig.changeRecords(`update hold_checks set state = 'ended' where hold_id = ?`, [id])
    expect((await approve(rig, id, { by: ANNA })).status).toBe(409)
    expect((await approve(rig, id, { by: BEN })).answer).toMatchObject({ state: 'approved' })
  })
})

describe('the inbox', () => {
  it('shows what needs a second reviewer, and finds it by a filter', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id } = await rig.deposit()
    const other = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    const browser = await rig.signIn(BEN)
    const html = await (await browser.get('/?needs=second')).text()
    expect(html).toContain('Needs a second reviewer')
    expect(html).toContain(id)
    expect(html).not.toContain(other.id)
    const answer = await (await rig.api('/api/holds?needs=second', undefined, BEN)).json()
    expect(answer).toMatchObject({ total: 1, holds: [{ id, approvedFirst: { reviewer: ANNA } }] })
    await approve(rig, id, { by: BEN })
    expect(await (await browser.get('/?needs=second')).text()).not.toContain(id)
    const decided = await (await browser.get('/decided')).text()
    for (const name of [ANNA, BEN]) expect(decided).toContain(name)
  })

  it('says of holds decided together how many are released and how many wait for a second reviewer', async () => {
    const policy = `${POLICY}competitions: { "7": { review: { approvals: 2 } } }\n`
    await using rig = await DeskRig.start({ policy })
    const one = await rig.deposit()
    const two = await rig.deposit({ competition: { id: 7, title: 'Strict' } })
    const browser = await rig.signIn(ANNA)
    const page = await (await browser.get(`/bulk?act=release&hold=${one.id}&hold=${two.id}`)).text()
    expect(page).toContain('For 1 of these your approval is the first of two')
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const done = await browser.post('/bulk', [
      ['csrf', csrf],
      ['act', 'release'],
      ...[one, two].map(({ id, deposit }): [string, string] => ['hold', `${id}:${deposit.manifestDigest}`]),
    ])
    expect(await done.text()).toContain('1 released, 1 waits for a second reviewer')
    expect((await rig.show(two.id)).state).toBe('awaiting')
  })
})

function tickedOn(html: string): string[] {
  return [...html.matchAll(/<input[^>]*name="artefacts"[^>]*>/g)].flatMap(([input]) =>
    / checked/.test(input) ? [/value="([^"]*)"/.exec(input)?.[1] ?? ''] : [],
  )
}
