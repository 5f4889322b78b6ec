import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, PASSWORD } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { startMailServer } from '../notices/receivers-rig.ts'
import { until } from '../until-rig.ts'
import { ANNA, approve, BEN, CARLA, policyWith, reject, sendForm, TWO, withdraw } from './approvals-rig.ts'

const DORA = 'fourth-reviewer'
const EVERYBODY = [ANNA, BEN, CARLA, DORA]
const PLANTED = 'PLANTED'

const addressOf = (name: string) => `${name}@hospital.example`

/** A desk of four, of whom the given ones want to hear by mail of what needs a second reviewer. */
async function startDesk(given: { policy?: string; wanting?: readonly string[] } = {}) {
  const server = await startMailServer()
  const rig = await DeskRig.start({
    policy: given.policy ?? TWO,
    config: {
      publicUrl: 'https://desk.hospital.example',
      mail: { smtpUrl: server.url, from: 'desk@hospital.example' },
      provision: {
        people: EVERYBODY.map((username) => ({
          username,
          password: PASSWORD,
          token: `token-of-${username}`,
        })),
      },
    },
  })
  for (const name of given.wanting ?? EVERYBODY) {
    const fields = { 'mail-address': addressOf(name), 'mail-kinds': 'second-review', 'mail-pace': 'at-once' }
    const answer = await sendForm(rig, name, { page: '/notices', path: '/notices/mail', fields })
    expect(answer.status).toBe(303)
  }
  return {
    ...{ server, rig },
    /** Whom a notice was promised, and what became of it. */
    async notices(): Promise<string[]> {
      const { db, close } = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
      const rows = await db
        .selectFrom('notice')
        .innerJoin('person', 'person.id', 'notice.person_id')
        .select(['username', 'kind', 'state'])
        .execute()
      await close()
      return rows.map(({ username, kind, state }) => `${username} ${kind} ${state}`).toSorted()
    },
    untilMailed: (names: readonly string[]) =>
      until(`mails to ${names}`, () => {
        const to = server.mails.flatMap((mail) => mail.to).toSorted()
        return to.join() === names.map(addressOf).toSorted().join() || undefined
      }),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Lets one person decide in the place of another from now on. */
async function standIn(
  rig: DeskRig,
  { absent, delegate }: { absent: string; delegate: string },
): Promise<void> {
  const today = new Date().toISOString().slice(0, 10)
  const answer = await sendForm(rig, absent, {
    page: '/account',
    path: '/account/delegations',
    fields: { to: delegate, from: today, until: today },
  })
  expect(answer.status).toBe(303)
}

describe('the notice that a second reviewer is needed', () => {
  it('goes to all who may be the second and want it, and not to the first', async () => {
    await using desk = await startDesk({ wanting: [ANNA, BEN, CARLA] })
    const { rig } = desk
    const { id } = await rig.deposit()
    expect(await desk.notices()).toEqual([])
    await approve(rig, id, { by: ANNA })
    await desk.untilMailed([BEN, CARLA])
    expect(await desk.notices()).toEqual(
      [`${BEN} second-review sent`, `${CARLA} second-review sent`].toSorted(),
    )
  })

  it('goes to nobody where one approval is enough', async () => {
    await using desk = await startDesk({ policy: policyWith('approvals: 1') })
    const { id } = await desk.rig.deposit()
    await approve(desk.rig, id, { by: ANNA })
    await desk.rig.untilState(id, 'released')
    expect(await desk.notices()).toEqual([])
  })

  it('goes only to those whom the policy lets decide', async () => {
    await using desk = await startDesk({ policy: policyWith(`approvals: 2, reviewers: [${ANNA}, ${BEN}]`) })
    const { id } = await desk.rig.deposit()
    await approve(desk.rig, id, { by: ANNA })
    await desk.untilMailed([BEN])
    expect(await desk.notices()).toEqual([`${BEN} second-review sent`])
  })

  it('goes to the delegate of one who may, and not to the delegate of the first', async () => {
    await using desk = await startDesk({
      policy: policyWith(`approvals: 2, reviewers: [${ANNA}, ${BEN}]`),
      wanting: [ANNA, BEN],
    })
    const { rig, server } = desk
    // Carla stands in for Ben, and Dora for Anna; both have an address, and want nothing for themselves.
    for (const name of [CARLA, DORA]) {
      const fields = { 'mail-address': addressOf(name), 'mail-kinds': 'stopped', 'mail-pace': 'at-once' }
      await sendForm(rig, name, { page: '/notices', path: '/notices/mail', fields })
    }
    await standIn(rig, { absent: BEN, delegate: CARLA })
    await standIn(rig, { absent: ANNA, delegate: DORA })
    const { id } = await rig.deposit()
    expect((await approve(rig, id, { by: ANNA })).answer).toMatchObject({ standing: 1 })
    await desk.untilMailed([BEN, CARLA])
    expect(await desk.notices()).toEqual(
      [`${BEN} second-review sent`, `${CARLA} second-review sent`].toSorted(),
    )
    // The control: who was told may, and who was not may not.
    expect((await approve(rig, id, { by: DORA })).status).toBe(409)
    expect((await approve(rig, id, { by: CARLA })).answer).toMatchObject({ state: 'approved' })
    expect(server.mails).toHaveLength(2)
  })

  it('is void after a withdrawal or a decision, and is promised anew with the next first approval', async () => {
    await using desk = await startDesk({ wanting: [ANNA, BEN] })
    const { rig, server } = desk
    server.state.refuses = true
    const withdrawn = await rig.deposit()
    const decided = await rig.deposit()
    for (const { id } of [withdrawn, decided]) await approve(rig, id, { by: ANNA })
    await until('a failed try', () => rig.log.find((line) => line.includes('A notice did not arrive')))
    await withdraw(rig, withdrawn.id, ANNA)
    await reject(rig, decided.id, BEN)
    server.state.refuses = false
    rig.passTime(3600)
    const void2 = [`${BEN} second-review void`, `${BEN} second-review void`]
    await until('both to be void', async () => (await desk.notices()).join() === void2.join() || undefined)
    expect(server.mails).toEqual([])
    await approve(rig, withdrawn.id, { by: ANNA })
    await desk.untilMailed([BEN])
  })

  it('is void for whoever has become the first in the meantime', async () => {
    await using desk = await startDesk({ wanting: [ANNA, BEN] })
    const { rig, server } = desk
    server.state.refuses = true
    const { id } = await rig.deposit()
    await approve(rig, id, { by: ANNA })
    await until('a failed try', () => rig.log.find((line) => line.includes('A notice did not arrive')))
    await withdraw(rig, id, ANNA)
    await approve(rig, id, { by: BEN })
    server.state.refuses = false
    rig.passTime(3600)
    await desk.untilMailed([ANNA])
    expect(await desk.notices()).toEqual(
      [`${ANNA} second-review sent`, `${BEN} second-review void`].toSorted(),
    )
  })

  it('has nothing of the hold in it, nor of what the first ticked and wrote, nor their name', async () => {
    await using desk = await startDesk({ wanting: [BEN] })
    const { rig, server } = desk
    const { id, deposit } = await rig.deposit({
      participant: 'planted-participant',
      submissionId: 4_815_162,
      files: {
        ...HONEST_RUN,
        'scoring_output/scores.json': '{"auc": 0.73731, "brier": 0.1}',
        'logs/planted-name': PLANTED,
      },
    })
    const words = { note: `${PLANTED} note`, reason: `${PLANTED} reason` }
    await approve(rig, id, { by: ANNA, artefacts: ['scores', 'predictions'], ...words })
    await desk.untilMailed([BEN])
    const raw = server.mails[0]?.raw ?? ''
    expect(raw).toContain('A result needs a second reviewer: Early warning')
    expect(raw).toContain('https://desk.hospital.example/')
    for (const secret of [
      ...['PLANTED', 'planted', '4815162', '0.737', 'auc', 'predictions', ANNA, id],
      ...[deposit.manifestDigest, deposit.job.jobId, deposit.job.phase.name],
    ])
      expect(raw).not.toContain(secret)
  })
})
