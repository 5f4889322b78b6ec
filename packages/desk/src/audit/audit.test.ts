import { readFileSync } from 'node:fs'
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { keyIdOf } from '@scoregate/gate/receipt'
import type { AuditAct } from '@scoregate/protocol/audit'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN, SALT, sha256Of } from '../deposit-rig.ts'
import { DeskRig, PASSWORD, POLICY } from '../desk-rig.ts'
import { ensureSitePublicKey } from '../site/site-key.ts'
import { until } from '../until-rig.ts'
import { auditFileOf } from './audit-file-name.ts'
import { readActs, verifyFile } from './audit-rig.ts'

const REVIEWER = 'first-reviewer'

/** What comes at any time of a hold's life. */
const NOT_OF_A_LIFE: readonly string[] = ['hold-viewed', 'checks-ended']

/** Waits until the file tells of so many acts of a kind. */
function untilActs(rig: DeskRig, kind: AuditAct['kind'], count = 1): Promise<AuditAct[]> {
  return until(`${count} times ${kind} in the file`, async () => {
    const acts = (await readActs(rig.dataFolder)).filter((act) => act.kind === kind)
    return acts.length >= count ? acts : undefined
  })
}

async function signIn(rig: DeskRig, password: string, username = REVIEWER): Promise<Response> {
  return fetch(`${rig.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ username, password }),
  })
}

describe('the audit chain of a desk', () => {
  it('tells every act of a release, in order and once', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await untilActs(rig, 'outcome-accepted')
    await signIn(rig, 'a wrong password')
    await signIn(rig, 'a wrong password', 'my-secret-password-in-the-wrong-field')
    const browser = await rig.signIn()
    await browser.get('/')
    const page = await (await browser.get(`/holds/${id}`)).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    await browser.get(`/holds/${id}/files/1?as=text&offset=3`)
    await browser.get(`/holds/${id}/files/1/download`)
    const fields: [string, string][] = [
      ['csrf', csrf],
      ['digest', deposit.manifestDigest],
      ['artefacts', 'scores'],
      ['artefacts', 'scoring_stdout'],
    ]
    expect((await browser.post(`/holds/${id}/approve`, fields)).status).toBe(303)
    await untilActs(rig, 'outcome-accepted', 2)
    await browser.post('/sign-out', [['csrf', csrf]])

    const hold = { id, digest: deposit.manifestDigest }
    const policyDigest = (await rig.show(id)).policyDigest
    const [released] = rig.platform.statements
    const acts = await readActs(rig.dataFolder)
    // The checks end when they do.
    expect(acts.filter(({ kind }) => kind === 'checks-ended')).toEqual([
      { kind: 'checks-ended', hold, critical: 0, serious: 0, notice: 0, isComplete: true },
    ])
    expect(acts.filter(({ kind }) => kind !== 'checks-ended')).toEqual([
      { kind: 'chain-started', keyId: keyIdOf(await ensureSitePublicKey(rig.dataFolder)) },
      { kind: 'policy-in-force', policyDigest },
      {
        kind: 'deposited',
        hold,
        platform: rig.platform.url,
        jobId: 'job-1',
        attempt: 1,
        submissionId: 101,
        worker: 'worker-1',
        policyDigest,
      },
      { kind: 'outcome-accepted', hold, outcome: 'awaiting-validation' },
      { kind: 'sign-in-failed', reviewer: REVIEWER },
      { kind: 'sign-in-failed' },
      { kind: 'signed-in', reviewer: REVIEWER, by: 'password' },
      { kind: 'list-viewed', reviewer: REVIEWER, list: 'waiting', holds: [id], holdCount: 1 },
      { kind: 'hold-viewed', reviewer: REVIEWER, hold },
      { kind: 'file-viewed', reviewer: REVIEWER, hold, fileNumber: 1, offset: 3, end: 18, as: 'text' },
      { kind: 'file-downloaded', reviewer: REVIEWER, hold, fileNumber: 1 },
      {
        kind: 'decided',
        hold,
        decision: { kind: 'approve', reviewer: REVIEWER, artefacts: ['scores', 'scoring_stdout'] },
        policyDigest,
      },
      { kind: 'release-begun', hold, outcome: 'released', subjects: expect.any(Array) },
      { kind: 'outcome-accepted', hold, outcome: 'released' },
      { kind: 'signed-out', reviewer: REVIEWER },
      // By asking, above, which policy governs.
      { kind: 'hold-viewed', reviewer: REVIEWER, hold },
    ] satisfies unknown[])
    const begun = (await readActs(rig.dataFolder)).find((act) => act.kind === 'release-begun')
    expect(begun?.subjects.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(released?.subject)
    expect((await verifyFile(rig.dataFolder)).damages).toEqual([])
    expect((await stat(auditFileOf(rig.dataFolder))).mode & 0o777).toBe(0o600)
  })

  it('tells rejections, deadlines, approvals by the policy, failures, refusals, removals and tokens', async () => {
    await using rig = await DeskRig.start({
      policy: POLICY.replace('review: { required: always,', 'review: { required: when-asked,').replace(
        'retention: 1d',
        'retention: 1h',
      ),
    })
    const rejected = await rig.deposit()
    const failed = await rig.deposit({ files: { 'logs/scoring_stdout': 'no' }, failure: 'time-limit' })
    const byPolicy = await rig.deposit({ humanInTheLoop: false })
    const unwanted = await rig.deposit()
    const lapsing = await rig.deposit()
    await untilActs(rig, 'outcome-accepted', 6)
    await rig.reject(rejected.id)
    rig.platform.unwanted.add(unwanted.deposit.job.jobId)
    await rig.approve(unwanted.id)
    await untilActs(rig, 'outcome-refused')
    await rig.api('/api/api-token-auth/', { username: REVIEWER, password: PASSWORD })
    await rig.api('/api/api-token-auth/', { username: REVIEWER, password: 'wrong password' })
    rig.passTime(86_401)
    await untilActs(rig, 'outcome-accepted', 8)
    await untilActs(rig, 'content-removed', 2)

    const acts = await readActs(rig.dataFolder)
    const about = (hold: { id: string }) =>
      acts.flatMap((act) =>
        'hold' in act && act.hold.id === hold.id && !NOT_OF_A_LIFE.includes(act.kind) ? [act] : [],
      )
    const kinds = (hold: { id: string }) => about(hold).map(({ kind }) => kind)
    expect(about(rejected).slice(2, 4)).toEqual([
      {
        kind: 'decided',
        hold: expect.anything(),
        decision: { kind: 'reject', reviewer: REVIEWER, reasonDigest: sha256Of(`${SALT}\nprivate-data`) },
        policyDigest: expect.anything(),
      },
      { kind: 'failure-begun', hold: expect.anything(), reason: 'not-released' },
    ])
    expect(about(lapsing).slice(2, 4)).toMatchObject([
      { kind: 'decided', decision: { kind: 'expire', cause: 'deadline' } },
      { kind: 'failure-begun', reason: 'validation-timed-out' },
    ])
    expect(kinds(failed).slice(0, 3)).toEqual(['deposited', 'failure-begun', 'outcome-accepted'])
    expect(about(byPolicy).find(({ kind }) => kind === 'decided')).toMatchObject({
      decision: { kind: 'auto', artefacts: ['scores'] },
    })
    expect(kinds(unwanted).slice(3, 5)).toEqual(['release-begun', 'outcome-refused'])
    expect(kinds(byPolicy)).toContain('content-removed')
    expect(acts).toContainEqual(
      expect.objectContaining({ kind: 'token-issued', reviewer: REVIEWER, scope: 'decide' }),
    )
    expect(acts).toContainEqual({ kind: 'sign-in-failed', reviewer: REVIEWER })
    // Each decision has the receipt that belongs to it.
    const decisions = rig.platform.statements.map(({ predicate }) => predicate.decision.kind).toSorted()
    expect(decisions).toEqual(['auto', 'expire', 'none', 'reject'])
  })

  it('tells a change of the policy, and of nothing when the desk starts with the same', async () => {
    await using rig = await DeskRig.start()
    await rig.stopDesk()
    await rig.startDesk()
    expect((await readActs(rig.dataFolder)).map(({ kind }) => kind)).toEqual([
      'chain-started',
      'policy-in-force',
    ])
    await rig.stopDesk()
    await writeFile(`${rig.folder}/policy.yaml`, POLICY.replace('retention: 1d', 'retention: 2d'))
    await rig.startDesk()
    expect((await readActs(rig.dataFolder)).at(-1)).toMatchObject({ kind: 'policy-changed' })
  })

  it('has nothing of a run and nothing that a reviewer wrote, only digests', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit({ participant: 'PLANTED-NAME' })
    const browser = await rig.signIn()
    for (const file of [0, 1, 2, 3]) await browser.get(`/holds/${id}/files/${file}`)
    const words = { digest: deposit.manifestDigest, decision: 'reject', reason: 'my own words' }
    await rig.api(`/api/holds/${id}/decision`, { ...words, note: 'It names patient 4711.' })
    await untilActs(rig, 'outcome-accepted', 2)
    const text = await readFile(auditFileOf(rig.dataFolder), 'utf8')
    expect(text).not.toMatch(/PLANTED|0\.81|Detailed|scores\.json|predictions|patient|own words/)
    // Own words in the place of a reason are the beginning of the note.
    expect(text).toContain(sha256Of(`${SALT}\nmy own words\nIt names patient 4711.`))
    for (const content of Object.values(HONEST_RUN)) expect(text).not.toContain(sha256Of(content))
  })

  it('has every entry on disk before what it tells of is shown, answered or sent', async () => {
    await using rig = await DeskRig.start()
    const file = auditFileOf(rig.dataFolder)
    const seen: string[] = []
    rig.platform.onRequest((path) => {
      if (path.includes('/outcome')) seen.push(readFileSync(file, 'utf8'))
    })
    const { id, deposit } = await rig.deposit()
    await untilActs(rig, 'outcome-accepted')
    expect(seen[0]).toContain('"kind":"deposited"')
    await rig.show(id)
    expect(readFileSync(file, 'utf8')).toContain('"kind":"hold-viewed"')
    const digest = deposit.manifestDigest
    await rig.api(`/api/holds/${id}/decision`, { digest, decision: 'approve' })
    expect(readFileSync(file, 'utf8')).toContain('"kind":"decided"')
    await untilActs(rig, 'outcome-accepted', 2)
    expect(seen[1]).toContain('"kind":"release-begun"')
  })

  it('that somebody changes under a running desk stops all that it would have to tell of', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await untilActs(rig, 'outcome-accepted')
    // Control: until then, all is shown.
    expect((await rig.api(`/api/holds/${id}`)).status).toBe(200)
    await appendFile(auditFileOf(rig.dataFolder), 'forged\n')
    const requests = rig.platform.requestCount()
    const view = await rig.api(`/api/holds/${id}`)
    expect([view.status, await view.text()]).toEqual([503, expect.stringContaining('audit-altered')])
    const file = await rig.api(`/api/holds/${id}/files/1`)
    expect([file.status, await file.text()]).toEqual([503, expect.not.stringContaining('PLANTED')])
    const later = await rig.depositUnchecked()
    await until(
      'the try that stops',
      () => rig.log.some((line) => line.includes(later.id) && line.includes('audit-altered')) || undefined,
    )
    expect(rig.platform.requestCount()).toBe(requests)
  })
})
