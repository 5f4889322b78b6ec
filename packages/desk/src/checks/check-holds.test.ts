import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { readActs } from '../audit/audit-rig.ts'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { until } from '../until-rig.ts'
import {
  CRASHING_THREAD,
  ENDLESS_THREAD,
  GREEDY_THREAD,
  SILENT_THREAD,
  TALKATIVE_THREAD,
} from './hostile-threads-rig.ts'

const HOSTILE_RUN = {
  'scoring_output/scores.json': '{"auc": 0.8, "label_17": 1}',
  'scoring_output/detailed_results.html': '<p>\n<script>alert(1)</script><img src="//evil.example/x">',
  'scoring_output/table.csv': 'group,n\nA,3\n',
  'logs/scoring_stdout': `line one\nwrite to somebody@example.org\n${randomBytes(90).toString('base64')}\n`,
  'logs/scoring_stderr': '',
}

/** A policy that asks for no review where the organizer does not. */
const WHEN_ASKED = POLICY.replace('required: always', 'required: when-asked')

describe('the checks of a hold', () => {
  it('find nothing in an honest run', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const { checks, findings } = await rig.show(id)
    expect(checks).toMatchObject({
      state: 'ended',
      findings: { critical: 0, serious: 0, notice: 0 },
      failed: [],
    })
    expect(findings).toEqual([])
    expect((await rig.approve(id)).status).toBe(200)
  })

  it('find what is hostile, and say where, the worst first; the chain has the numbers alone', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit({ files: HOSTILE_RUN })
    const { checks, findings } = await rig.show(id)
    expect(findings.map(({ rank, check }) => `${rank} ${check}`)).toEqual([
      'critical personal-data',
      'serious undeclared-keys',
      'serious encoded-data',
      'serious small-counts',
      'serious active-html',
      'serious active-html',
    ])
    expect(findings[0]?.place).toEqual({
      ...{ kind: 'file', section: 'logs', path: 'scoring_stdout', line: 2, offset: 18 },
    })
    expect(checks?.findings).toEqual({ critical: 1, serious: 5, notice: 0 })
    expect((await rig.list('waiting')).holds[0]?.checks?.findings.critical).toBe(1)
    const hold = { id, digest: deposit.manifestDigest }
    expect(await readActs(rig.dataFolder)).toContainEqual({
      ...{ kind: 'checks-ended', hold, critical: 1, serious: 5, notice: 0, isComplete: true },
    })
  })

  it('show their findings on the pages, without a word of the run coming alive', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: HOSTILE_RUN })
    const browser = await rig.signIn()
    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain('1 critical, 5 serious')
    expect(page).toContain('An e-mail address.')
    expect(page).toContain(`/holds/${id}/files/1/line?line=2`)
    expect(page).toContain('/checks/active-html')
    expect(page).not.toContain('<script>alert')
    expect(await (await browser.get('/')).text()).toContain('1 critical')
    expect(await (await browser.get('/checks/active-html')).text()).toContain('Active content in a page')
    expect(await (await browser.get('/checks')).text()).toContain('Small counts')
    expect((await browser.get('/checks/nothing')).status).toBe(404)
  })

  it('say that a file is not as it was sealed, and look at the others', async () => {
    await using rig = await DeskRig.start({ checkThread: SILENT_THREAD })
    const { id } = await rig.depositUnchecked({ files: { ...HONEST_RUN, 'logs/extra': 'a@example.org' } })
    await rm(rig.blobFile(HONEST_RUN['logs/scoring_stdout'] ?? ''))
    await rig.stopDesk()
    rig.useOwnCheckThread()
    await rig.startDesk()
    await rig.untilChecked(id)
    const { checks, findings } = await rig.show(id)
    expect(findings.map(({ rank, check }) => `${rank} ${check}`)).toEqual([
      'critical inspection',
      'critical personal-data',
    ])
    expect(checks?.failed).toEqual(['inspection'])
  })
})

describe('checks that have not ended', () => {
  it('let nothing be approved, and everything be rejected; the page says so', async () => {
    await using rig = await DeskRig.start({ checkThread: SILENT_THREAD })
    const { id } = await rig.depositUnchecked()
    const answer = await rig.approve(id)
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('checks-not-ended')])
    const page = await (await (await rig.signIn()).get(`/holds/${id}`)).text()
    expect(page).toMatch(/The checks (?:are looking at this hold|have not begun yet)/)
    expect(page).toContain('Nothing can be approved before they have ended')
    expect((await rig.reject(id)).status).toBe(200)
  })

  it('let a person approve where the policy says so, and never the policy', async () => {
    const policy = `${WHEN_ASKED}checks: { approval: any-time }\n`
    await using rig = await DeskRig.start({ policy, checkThread: SILENT_THREAD })
    const { id } = await rig.depositUnchecked({ humanInTheLoop: false })
    expect((await rig.show(id)).state).toBe('awaiting')
    expect((await rig.approve(id)).status).toBe(200)
  })

  it('begin anew when the desk starts again', async () => {
    await using rig = await DeskRig.start({ checkThread: SILENT_THREAD })
    const { id } = await rig.depositUnchecked({ files: HOSTILE_RUN })
    await until(
      'the checks to run',
      async () => (await rig.show(id)).checks?.state === 'running' || undefined,
    )
    await rig.stopDesk()
    rig.useOwnCheckThread()
    await rig.startDesk()
    await rig.untilChecked(id)
    expect((await rig.show(id)).checks?.findings).toEqual({ critical: 1, serious: 5, notice: 0 })
  })
})

describe('checks that do not get through', () => {
  it.each([
    ['crash', CRASHING_THREAD],
    ['take all memory', GREEDY_THREAD],
    ['speak nonsense', TALKATIVE_THREAD],
  ])(
    'since they %s are a finding of the highest rank, and the next hold is checked all the same',
    async (_, checkThread) => {
      await using rig = await DeskRig.start({ checkThread })
      for (const { id } of [await rig.deposit(), await rig.deposit()]) {
        const { checks, findings } = await rig.show(id)
        expect(findings).toMatchObject([
          { check: 'inspection', rank: 'critical', place: { kind: 'hold' }, failed: true },
        ])
        expect(checks?.failed).toEqual(['inspection'])
      }
      expect(rig.log.join('')).not.toContain('PLANTED')
    },
  )

  it('since they never end are stopped at the time limit of the policy, and the desk answers meanwhile', async () => {
    const policy = `${POLICY}checks: { time_limit: 2s }\n`
    await using rig = await DeskRig.start({ policy, checkThread: ENDLESS_THREAD })
    const { id } = await rig.depositUnchecked()
    await until(
      'the checks to run',
      async () => (await rig.show(id)).checks?.state === 'running' || undefined,
    )
    await rig.untilChecked(id)
    expect((await rig.show(id)).findings).toMatchObject([{ check: 'inspection', rank: 'critical' }])
    const act = (await readActs(rig.dataFolder)).find(({ kind }) => kind === 'checks-ended')
    expect(act).toMatchObject({ critical: 1, isComplete: false })
  })

  it('keep a hold from approval where the policy requires a check; control: without that it can be approved', async () => {
    const policy = `${POLICY}checks: { run: { personal-data: required } }\n`
    await using strict = await DeskRig.start({ policy, checkThread: CRASHING_THREAD })
    const held = await strict.deposit()
    const answer = await strict.approve(held.id)
    expect([answer.status, await answer.text()]).toEqual([
      409,
      expect.stringContaining('required-check-failed'),
    ])
    expect((await strict.reject(held.id)).status).toBe(200)

    await using lax = await DeskRig.start({ checkThread: CRASHING_THREAD })
    expect((await lax.approve((await lax.deposit()).id)).status).toBe(200)
  })
})

/** One notice: more text than usual. */
const LONG_LOG_RUN = { ...HONEST_RUN, 'logs/scoring_stdout': 'x\n'.repeat(40_000) }

describe('an approval by the policy', () => {
  it('is made when the checks end without a finding, and the receipt says that nobody decided', async () => {
    await using rig = await DeskRig.start({ policy: WHEN_ASKED })
    const { id } = await rig.deposit({ humanInTheLoop: false })
    expect((await rig.untilState(id, 'released')).decision?.kind).toBe('auto')
    expect(rig.platform.statements.at(-1)?.predicate.decision).toEqual({
      kind: 'auto',
      decidedAt: expect.any(String),
    })
  })

  it.each([
    ['a finding stands', { files: HOSTILE_RUN }, undefined],
    ['nothing but a notice stands', { files: LONG_LOG_RUN }, undefined],
    ['the checks crash', {}, CRASHING_THREAD],
  ])('is not made when %s: a person must look', async (_, given, checkThread) => {
    await using rig = await DeskRig.start({ policy: WHEN_ASKED, ...(checkThread && { checkThread }) })
    const { id } = await rig.deposit({ humanInTheLoop: false, ...given })
    expect((await rig.show(id)).state).toBe('awaiting')
    expect((await rig.list('waiting')).total).toBe(1)
    expect((await rig.approve(id)).status).toBe(200)
    expect((await rig.untilState(id, 'released')).decision?.kind).toBe('approve')
  })
})

describe('the history of a competition', () => {
  it('tells a new file, an unusual run and a file that somebody else had', async () => {
    await using rig = await DeskRig.start()
    const shared = randomBytes(400)
      .toString('latin1')
      .replaceAll(/[^a-z]/g, 'q')
    const first = await rig.deposit({ files: { ...HONEST_RUN, 'predictions/p.csv': shared } })
    expect((await rig.approve(first.id)).status).toBe(200)
    const second = await rig.deposit({
      files: { ...HONEST_RUN, 'predictions/p.csv': shared, 'scoring_output/new.txt': 'x' },
      participantId: 8,
    })
    expect((await rig.show(second.id)).findings.map(({ check, rank }) => `${rank} ${check}`)).toEqual([
      'notice unseen-files',
      'notice near-duplicate',
    ])
    const own = await rig.deposit({
      files: { ...HONEST_RUN, 'predictions/p.csv': `${shared}` },
      participantId: 7,
    })
    // One other participant has it now.
    expect((await rig.show(own.id)).findings.map(({ check }) => check)).toEqual(['near-duplicate'])
  })

  it('find predictions that are nearly those of somebody else, as long as the others are kept', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('retention: 1d', 'retention: 1s') })
    const lines = (change: (index: number) => string) =>
      Array.from({ length: 400 }, (_, index) => `case ${index};${change(index)}`).join('\n')
    const deposit = async (participantId: number, text: string) => {
      const { id } = await rig.deposit({ files: { ...HONEST_RUN, 'predictions/p.txt': text }, participantId })
      return { id, found: (await rig.show(id)).findings.map(({ check }) => check) }
    }
    const first = await deposit(
      7,
      lines((index) => Math.sin(index).toFixed(4)),
    )
    expect(first.found).toEqual([])
    const nearly = (index: number) => (index === 200 ? '0' : Math.sin(index).toFixed(4))
    expect((await deposit(8, lines(nearly))).found).toEqual(['near-duplicate'])
    expect(
      (
        await deposit(
          7,
          lines((index) => (index === 3 ? '1' : nearly(index))),
        )
      ).found,
    ).toContain('near-duplicate')
    expect(
      (
        await deposit(
          9,
          lines((index) => Math.cos(index).toFixed(4)),
        )
      ).found,
    ).toEqual([])

    // With the content of a hold goes what it was like.
    await rig.reject(first.id)
    rig.passTime(3600)
    await until(
      'the removal',
      async () => (await rig.show(first.id)).contentRemovedAt !== undefined || undefined,
    )
    const { db, close } = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
    const kept = await db
      .selectFrom('line_sketch')
      .select('hold_id')
      .where('hold_id', '=', first.id)
      .execute()
    await close()
    expect(kept).toEqual([])
  })

  it('tells a run time unlike this participant’s others', async () => {
    await using rig = await DeskRig.start()
    for (const seconds of [10, 11, 12]) await rig.deposit({ seconds })
    expect((await rig.show((await rig.deposit({ seconds: 12 })).id)).findings).toEqual([])
    const slow = await rig.deposit({ seconds: 500 })
    expect((await rig.show(slow.id)).findings).toMatchObject([{ check: 'run-time', rank: 'notice' }])
    const other = await rig.deposit({ seconds: 500, participantId: 8 })
    expect((await rig.show(other.id)).findings).toEqual([])
  })
})
