import { describe, expect, it } from 'vitest'
import { readActs } from '../audit/audit-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import { ANNA, approve, BEN, CARLA, policyWith, reject, sendForm, THREE } from './approvals-rig.ts'

const NAMED = policyWith(`reviewers: [${ANNA}, ${CARLA}]`)
const TODAY = new Date().toISOString().slice(0, 10)

function delegate(rig: DeskRig, from: string, to: string): Promise<Response> {
  const fields = { to, from: TODAY, until: TODAY }
  return sendForm(rig, from, { page: '/account', path: '/account/delegations', fields })
}

async function refusedCode(answer: Promise<{ answer: Record<string, unknown> }>): Promise<unknown> {
  return (await answer).answer['code']
}

describe('who decides a hold', () => {
  it('is whom the policy names; others see it, and why they cannot decide', async () => {
    await using rig = await DeskRig.start({ policy: NAMED, config: THREE })
    const { id } = await rig.deposit()
    const page = await (await (await rig.signIn(BEN)).get(`/holds/${id}`)).text()
    expect(page).toContain('names other reviewers for this competition')
    expect(page).not.toMatch(/Approve and release|>Reject/)
    expect(await refusedCode(approve(rig, id, { by: BEN }))).toBe('may-not-decide')
    expect(await refusedCode(reject(rig, id, BEN))).toBe('may-not-decide')
    expect((await rig.show(id)).state).toBe('awaiting')
    expect((await approve(rig, id, { by: CARLA })).status).toBe(200)
  })

  it('is nobody who has a part in the competition: by the policy, by their name here, or by one that they gave', async () => {
    const policy = policyWith(`conflicts: { "Early*": [${ANNA.toUpperCase()}] }`)
    await using rig = await DeskRig.start({ policy, config: THREE })
    const { id } = await rig.deposit({ participant: BEN.toUpperCase() })
    expect(await refusedCode(approve(rig, id, { by: ANNA }))).toBe('may-not-decide')
    expect(await refusedCode(approve(rig, id, { by: BEN }))).toBe('may-not-decide')
    const larch = await rig.deposit({ participant: 'larch' })
    const fields = { 'platform-name': 'Larch' }
    const given = await sendForm(rig, CARLA, { page: '/account', path: '/account/platform-names', fields })
    expect(given.status).toBe(303)
    expect(await refusedCode(approve(rig, larch.id, { by: CARLA }))).toBe('may-not-decide')
    // Taken back, it counts for what has arrived by then, and for nothing later.
    await sendForm(rig, CARLA, { page: '/account', path: '/account/platform-names/1/end', fields: {} })
    expect(await refusedCode(approve(rig, larch.id, { by: CARLA }))).toBe('may-not-decide')
    rig.passTime(2)
    const later = await rig.deposit({ participant: 'larch' })
    expect((await approve(rig, later.id, { by: CARLA })).status).toBe(200)
    // Control: others decide the first ones.
    expect((await approve(rig, id, { by: CARLA })).status).toBe(200)
    const acts = await readActs(rig.dataFolder)
    expect(acts.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['platform-name-declared', 'platform-name-withdrawn']),
    )
    expect(JSON.stringify(acts.filter(({ kind }) => kind.startsWith('platform-name')))).not.toMatch(/larch/i)
  })

  it('is a delegate while somebody who is named is away, as the page, the chain and the receipt say', async () => {
    await using rig = await DeskRig.start({ policy: NAMED, config: THREE })
    const { id } = await rig.deposit()
    expect((await delegate(rig, ANNA, BEN)).status).toBe(303)
    const page = await (await (await rig.signIn(BEN)).get(`/holds/${id}`)).text()
    expect(page).toContain('You decide in the place of')
    expect((await approve(rig, id, { by: BEN })).answer).toMatchObject({ state: 'approved' })
    await rig.untilState(id, 'released')
    expect(rig.platform.statements.at(-1)?.predicate.decision).toMatchObject({ reviewer: BEN, for: ANNA })
    expect(await (await (await rig.signIn(ANNA)).get(`/holds/${id}`)).text()).toMatch(
      /\(for <bdi[^>]*>first-/,
    )
    const acts = await readActs(rig.dataFolder)
    expect(acts.find(({ kind }) => kind === 'delegated')).toMatchObject({ reviewer: ANNA, to: BEN })
    // Revoked, it is at its end at once; and when its last day is over.
    const next = await rig.deposit()
    await sendForm(rig, ANNA, { page: '/account', path: '/account/delegations/1/end', fields: {} })
    expect(await refusedCode(approve(rig, next.id, { by: BEN }))).toBe('may-not-decide')
    await delegate(rig, ANNA, BEN)
    rig.passTime(24 * 3600)
    const last = await rig.deposit()
    expect(await refusedCode(approve(rig, last.id, { by: BEN }))).toBe('may-not-decide')
  })

  it('is never one person as two: nobody is the second for whoever was first, or in the same place', async () => {
    const policy = policyWith(`approvals: 2, reviewers: [${ANNA}, ${CARLA}]`)
    await using rig = await DeskRig.start({ policy, config: THREE })
    await delegate(rig, ANNA, BEN)
    const one = await rig.deposit()
    await approve(rig, one.id, { by: ANNA })
    expect(await refusedCode(approve(rig, one.id, { by: BEN }))).toBe('approved-by-you')
    const other = await rig.deposit()
    expect((await approve(rig, other.id, { by: BEN })).answer).toMatchObject({ state: 'awaiting' })
    expect(await refusedCode(approve(rig, other.id, { by: ANNA }))).toBe('approved-by-you')
    expect((await approve(rig, other.id, { by: CARLA })).answer).toMatchObject({ state: 'approved' })
  })

  it('takes a form with mistakes back with what is wrong, and names nobody', async () => {
    await using rig = await DeskRig.start({ config: THREE })
    const wrong = [
      { to: ANNA, from: TODAY, until: TODAY },
      { to: 'nobody', from: TODAY, until: TODAY },
      { to: BEN, from: TODAY, until: '2020-01-01' },
      { to: BEN, from: '2026-02-31', until: TODAY },
      { to: BEN, from: TODAY, until: '2999-01-01' },
    ]
    for (const fields of wrong) {
      const answer = await sendForm(rig, ANNA, { page: '/account', path: '/account/delegations', fields })
      expect(answer.status).toBe(400)
    }
    expect((await readActs(rig.dataFolder)).filter(({ kind }) => kind === 'delegated')).toEqual([])
  })
})

describe('there is no way around these rules', () => {
  it('approves nothing alone, unnamed or with a part in it, by any route that decides', async () => {
    const policy = policyWith(`approvals: 2, reviewers: [${ANNA}, ${CARLA}]`)
    await using rig = await DeskRig.start({ policy, config: THREE })
    const { id, deposit } = await rig.deposit()
    const digest = deposit.manifestDigest
    await approve(rig, id, { by: ANNA })
    const deciding = rig.app.routes.filter(
      ({ method, path }) => method !== 'GET' && method !== 'ALL' && /hold|bulk/.test(path),
    )
    expect(deciding.length).toBeGreaterThan(5)
    const words = ['force', 'override', 'break-glass', 'emergency', 'for', 'reviewer', 'approvals', 'second']
    for (const by of [ANNA, BEN]) {
      const browser = await rig.signIn(by)
      const csrf = /name="csrf" value="([^"]+)"/.exec(await (await browser.get('/')).text())?.[1] ?? ''
      const fields = { csrf, digest, artefacts: 'scores', act: 'release', hold: `${id}:${digest}` }
      const more = Object.fromEntries(words.map((word) => [word, word === 'approvals' ? '1' : CARLA]))
      for (const { path } of deciding.filter((one) => !/withdraw|reject/.test(one.path)))
        await browser.post(path.replace(':id', id).replace(':n', '0'), Object.entries({ ...fields, ...more }))
      for (const body of [
        { digest, decision: 'approve', artefacts: ['scores'] },
        { digest, decision: 'approve', artefacts: ['scores'], ...more },
      ])
        await rig.api(`/api/holds/${id}/decision`, body, by)
    }
    expect((await rig.show(id)).state).toBe('awaiting')
    expect(rig.platform.outcomes.filter(({ kind }) => kind === 'released')).toEqual([])
    // Control: the second of those who are named decides.
    expect((await approve(rig, id, { by: CARLA })).answer).toMatchObject({ state: 'approved' })
  })
})
