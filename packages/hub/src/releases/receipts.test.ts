import { generateKeyPairSync } from 'node:crypto'
import { keyIdOf, readReceipt, sitePublicKeyOf } from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import { ErrorBody } from '@scoregate/protocol/errors'
import type { ReceiptDecision, ReceiptSubject } from '@scoregate/protocol/receipt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BUNDLE_YAML, bundle } from '../bundle-rig.ts'
import { type Answer, type HubRig, type ReceiptChanges, startHubRig } from '../hub-rig.ts'
import { digest } from '../receipt-rig.ts'

const RELEASED_AT = '2026-05-01T13:00:00.000Z'
const SCORES = [{ column: 'acc', value: '0.5' }]
const OUTPUT = Buffer.from('the output archive')
const output = { name: 'output', sha256: digest(OUTPUT), sizeBytes: OUTPUT.length }
const released = { kind: 'released', releasedAt: RELEASED_AT, scores: SCORES, artefacts: [output] }
const rejected = { kind: 'failed', reason: 'not-released' }
const stranger = generateKeyPairSync('ed25519').privateKey
const another = Digest.parse(digest('something else'))

let rig: HubRig
let phase: number
beforeEach(async () => {
  rig = await startHubRig()
  phase = (await rig.createCompetition()).phase
})
afterEach(() => rig[Symbol.asyncDispose]())

/** A submission whose result waits at the data owner, with one artefact uploaded. */
async function waiting() {
  const id = await rig.submit(phase)
  const job = await rig.takeJob()
  await rig.outcome(job, { kind: 'awaiting-validation' })
  const path = `/api/site/jobs/${job.jobId}/artefacts/output?attempt=1&hold=${digest('hold')}&sha256=${output.sha256}`
  await rig.site('PUT', path, OUTPUT)
  return { id, job }
}

function fieldsOf(answer: Answer): string[] {
  return ErrorBody.parse(answer.body).problems?.map(({ where }) => where) ?? []
}

function codeOf(answer: Answer): string {
  return ErrorBody.parse(answer.body).code
}

const reason = 'not-released'
const reject = { kind: 'reject', decidedAt: RELEASED_AT } as const
const extra: ReceiptSubject = { name: 'predictions', digest: { sha256: another } }
const changed = (name: string) => (subjects: ReceiptSubject[]) =>
  subjects.map((one) => (one.name === name ? { ...one, digest: { sha256: another } } : one))

describe('a receipt at the hub', () => {
  it.each<[about: string, changes: ReceiptChanges, fields: string[]]>([
    ['another platform', { predicate: { platform: 'https://elsewhere.example' } }, ['platform']],
    ['another job', { predicate: { jobId: 'another' } }, ['jobId']],
    ['an older attempt', { predicate: { attempt: 2 } }, ['attempt']],
    ['another submission', { predicate: { submissionId: 99 } }, ['submissionId']],
    ['another hold', { predicate: { hold: another } }, ['hold']],
    ['another artefact', { subjects: changed('output') }, ['output']],
    ['other scores', { subjects: changed('scores') }, ['scores']],
    ['an artefact more', { subjects: (honest) => [...honest, extra] }, ['predictions']],
    [
      'an artefact less',
      { subjects: (honest) => honest.filter(({ name }) => name !== 'output') },
      ['output'],
    ],
    ['no scores', { subjects: (honest) => honest.filter(({ name }) => name !== 'scores') }, ['scores']],
    ['files of a failure', { predicate: { outcome: 'failure-released' } }, ['outcome']],
    [
      'a rejection',
      { predicate: { outcome: 'failed', reason, decision: reject, artefacts: [] }, subjects: () => [] },
      ['outcome', 'reason', 'hold', 'output', 'scores'],
    ],
    // Both sides must agree: the organizer asked for review, and the site says that its policy needed none.
    ['no review', { predicate: { decision: { kind: 'auto', decidedAt: RELEASED_AT } } }, ['decision']],
  ])('about %s is refused with the name of the field, and changes nothing', async (_, changes, fields) => {
    const { id, job } = await waiting()
    const forged = await rig.outcome(job, { ...released, receipt: rig.sign(job, released, changes) })
    expect([forged.status, codeOf(forged)]).toEqual([400, 'receipt-differs'])
    expect(fieldsOf(forged).sort()).toEqual([...fields].sort())
    expect(await rig.submission(id)).toMatchObject({
      status: 'Awaiting validation',
      scores: [],
      receipt: null,
    })
    // Control: the honest receipt of the same outcome.
    expect((await rig.outcome(job, released)).status).toBe(200)
    expect(await rig.submission(id)).toMatchObject({ status: 'Finished', receipt: { released_by: 'anna' } })
  })

  it('of a rejection is about that rejection', async () => {
    const { id, job } = await waiting()
    const reasonOf = (other: 'not-released' | 'validation-timed-out') =>
      rig.sign(job, rejected, { predicate: { decision: reject, reason: other } })
    const forged = await rig.outcome(job, { ...rejected, receipt: reasonOf('validation-timed-out') })
    expect(fieldsOf(forged)).toEqual(['reason'])
    expect((await rig.submission(id)).status).toBe('Awaiting validation')
    const honest = { ...rejected, receipt: reasonOf('not-released') }
    for (let times = 0; times < 2; times++) expect((await rig.outcome(job, honest)).status).toBe(200)
    expect(await rig.submission(id)).toMatchObject({
      status: 'Failed',
      receipt: { outcome: 'failed', decision: 'reject', released_by: null, decided_when: RELEASED_AT },
    })
  })

  it('is believed from the key of the site only, and as it was signed; without one nothing is accepted', async () => {
    const { id, job } = await waiting()
    const send = (receipt: unknown) => rig.outcome(job, { ...released, receipt })
    for (const unsigned of [released, rejected]) {
      const answer = await rig.outcome(job, { ...unsigned, receipt: undefined })
      expect([answer.status, codeOf(answer), fieldsOf(answer)]).toEqual([400, 'bad-fields', ['receipt']])
    }
    const honest = rig.sign(job, released)
    const bytes = Buffer.from(honest.payload, 'base64').toString('utf8').replace('anna', 'otto')
    expect(codeOf(await send(rig.sign(job, released, { key: stranger })))).toBe('receipt-other-key')
    const { keyid } = honest.signatures[0] ?? { keyid: '' }
    const [forged] = rig.sign(job, released, { key: stranger }).signatures
    expect(codeOf(await send({ ...honest, signatures: [{ ...forged, keyid }] }))).toBe(
      'receipt-bad-signature',
    )
    expect(codeOf(await send({ ...honest, payload: Buffer.from(bytes).toString('base64') }))).toBe(
      'receipt-bad-signature',
    )
    expect((await send({ ...honest, signatures: [] })).status).toBe(400)
    expect((await send('trust me')).status).toBe(400)
    expect(await rig.submission(id)).toMatchObject({ status: 'Awaiting validation', scores: [] })
    expect((await send(honest)).status).toBe(200)
  })

  it('of another job of the same site opens nothing', async () => {
    const first = await waiting()
    const second = await waiting()
    const receipt = rig.sign(first.job, released)
    expect((await rig.outcome(first.job, { ...released, receipt })).status).toBe(200)
    const replayed = await rig.outcome(second.job, { ...released, receipt })
    expect(fieldsOf(replayed)).toEqual(['jobId', 'submissionId'])
    expect((await rig.submission(second.id)).status).toBe('Awaiting validation')
  })

  it('that is sent again, or signed again, changes nothing: the first stands', async () => {
    const { id, job } = await waiting()
    const receipt = rig.sign(job, released)
    for (let times = 0; times < 3; times++) {
      expect((await rig.outcome(job, { ...released, receipt })).status).toBe(200)
    }
    const again = rig.sign(job, released, {
      predicate: { decision: { kind: 'approve', reviewer: 'otto', decidedAt: RELEASED_AT } },
    })
    expect((await rig.outcome(job, { ...released, receipt: again })).status).toBe(200)
    expect(
      codeOf(await rig.outcome(job, { ...released, receipt: rig.sign(job, released, { key: stranger }) })),
    ).toBe('receipt-other-key')
    const shown = await rig.participant('GET', `/api/submissions/${id}/receipt`)
    expect(shown.body).toEqual(receipt)
  })

  it('is not asked of a result that waits, and without a key nothing is released', async () => {
    await using unkeyed = await startHubRig({}, { sitePublicKey: undefined })
    const { phase } = await unkeyed.createCompetition()
    const id = await unkeyed.submit(phase)
    const job = await unkeyed.takeJob()
    expect((await unkeyed.outcome(job, { kind: 'awaiting-validation' })).status).toBe(200)
    expect(codeOf(await unkeyed.release(job, { acc: '0.5' }))).toBe('no-site-key')
    expect((await unkeyed.submission(id)).status).toBe('Awaiting validation')
    // Control: with its key the queue accepts the same.
    await unkeyed.restart({ sitePublicKey: sitePublicKeyOf(unkeyed.siteKey) })
    expect((await unkeyed.release(job, { acc: '0.5' })).status).toBe(200)
  })

  it('can be had, and the scores that it names, by whoever may see the submission', async () => {
    const { id, job } = await waiting()
    for (const file of ['receipt', 'scores']) {
      expect((await rig.participant('GET', `/api/submissions/${id}/${file}`)).status).toBe(404)
    }
    await rig.outcome(job, released)
    for (const as of [rig.participant, rig.organizer]) {
      const reading = readReceipt(
        (await as('GET', `/api/submissions/${id}/receipt`)).body,
        sitePublicKeyOf(rig.siteKey),
      )
      if (reading.kind !== 'valid') throw new Error(reading.flaw.sentence)
      const { text } = await as('GET', `/api/submissions/${id}/scores`)
      const scores = reading.statement.subject.find(({ name }) => name === 'scores')
      expect(digest(text)).toBe(scores?.digest.sha256)
    }
    for (const file of ['receipt', 'scores']) {
      expect((await rig.rival('GET', `/api/submissions/${id}/${file}`)).status).toBe(404)
      expect((await rig.visitor('GET', `/api/submissions/${id}/${file}`)).status).toBe(401)
      const { headers } = await fetch(`${rig.url}/api/submissions/${id}/${file}`, {
        headers: { authorization: 'Token token-of-participant' },
      })
      expect(headers.get('content-type')).toBe('application/json')
      expect(headers.get('content-disposition')).toBe(`attachment; filename="submission-${id}-${file}.json"`)
    }
    expect((await rig.participant('GET', `/api/submissions/${id}/receipt?outcome=failed`)).status).toBe(404)
  })

  it('without a review is believed only of a run that was promised none', async () => {
    const open = await rig.createCompetition(bundle(BUNDLE_YAML.replace('human_in_the_loop: true', '')))
    const take = async () => {
      const id = await rig.submit(open.phase)
      return { id, job: await rig.takeJob() }
    }
    const scoresOnly = { ...released, artefacts: [] }
    const unreviewed = (job: Awaited<ReturnType<typeof rig.takeJob>>) => ({
      ...scoresOnly,
      receipt: rig.sign(job, scoresOnly, {
        predicate: { decision: { kind: 'auto', decidedAt: RELEASED_AT } },
      }),
    })
    const first = await take()
    // The organizer may change their mind while it runs; what the run was promised stands.
    await rig.organizer('PATCH', `/api/competitions/${open.id}/`, { human_in_the_loop: true })
    const second = await take()
    expect((await rig.outcome(first.job, unreviewed(first.job))).status).toBe(200)
    expect(fieldsOf(await rig.outcome(second.job, unreviewed(second.job)))).toEqual(['decision'])
    expect((await rig.participant('GET', `/submissions/${first.id}`)).text).toMatch(
      /Released by the data owner’s policy on <time[^>]*>2026-05-01 13:00 UTC/,
    )
  })

  it.each<[reason: string, decision: ReceiptDecision, words: RegExp]>([
    ['not-released', reject, /Decided by the data owner on <time[^>]*>2026-05-01 13:00 UTC/],
    [
      'validation-timed-out',
      { kind: 'expire', decidedAt: RELEASED_AT },
      /Not decided by the data owner until <time[^>]*>2026-05-01 13:00 UTC/,
    ],
    [
      'scoring-failed',
      { kind: 'approve', reviewer: 'anna', decidedAt: RELEASED_AT },
      /Decided by the data owner on <time[^>]*>2026-05-01 13:00 UTC/,
    ],
    ['scoring-failed', { kind: 'none' }, /nobody had to decide/],
  ])('of a failure (%s) says what there was to decide, and names nobody', async (reason, decision, words) => {
    const { id, job } = await waiting()
    const outcome = { kind: 'failed', reason }
    await rig.outcome(job, { ...outcome, receipt: rig.sign(job, outcome, { predicate: { decision } }) })
    const { text } = await rig.participant('GET', `/submissions/${id}`)
    expect(text).toMatch(words)
    expect(text).not.toContain('anna')
    expect(text).toContain(`href="/api/submissions/${id}/receipt"`)
  })

  it('of files that were released after a failure is shown in place of that of the failure', async () => {
    const id = await rig.submit(phase)
    const job = await rig.takeJob()
    await rig.fail(job, 'scoring-failed')
    const path = `/api/site/jobs/${job.jobId}/artefacts/output?attempt=1&hold=${digest('hold')}&sha256=${output.sha256}`
    await rig.site('PUT', path, OUTPUT)
    const later = { kind: 'failure-released', releasedAt: RELEASED_AT, artefacts: [output] }
    const forged = rig.sign(job, later, { subjects: changed('output') })
    expect(fieldsOf(await rig.outcome(job, { ...later, receipt: forged }))).toEqual(['output'])
    expect((await rig.outcome(job, later)).status).toBe(200)
    expect((await rig.participant('GET', `/submissions/${id}`)).text).toMatch(/Released by <bdi[^>]*>anna/)
    expect((await rig.submission(id))['receipt']).toMatchObject({ outcome: 'failure-released' })
    const ofFailure = await rig.participant('GET', `/api/submissions/${id}/receipt?outcome=failed`)
    expect(readReceipt(ofFailure.body, sitePublicKeyOf(rig.siteKey))).toMatchObject({
      statement: { predicate: { outcome: 'failed', reason: 'scoring-failed' } },
    })
  })

  it('does not show a participant the column that its organizer hides', async () => {
    const { phase } = await rig.createCompetition(
      bundle(BUNDLE_YAML.replace('key: loss,', 'key: loss, hidden: true,')),
    )
    const id = await rig.score(phase, { acc: '0.5', loss: '2' })
    expect((await rig.participant('GET', `/api/submissions/${id}/scores`)).status).toBe(403)
    expect((await rig.participant('GET', `/submissions/${id}`)).text).not.toContain(`/${id}/scores`)
    expect((await rig.organizer('GET', `/api/submissions/${id}/scores`)).text).toContain('loss')
    // Control: a score that is not hidden hides nothing.
    const open = await rig.score(phase, { acc: '0.5' })
    expect((await rig.participant('GET', `/api/submissions/${open}/scores`)).status).toBe(200)
  })
})

describe('the key of a site', () => {
  const list = async () => (await rig.visitor('GET', '/api/queues/local/key')).body

  it('is public, and found by the name that receipts give it', async () => {
    const key = sitePublicKeyOf(rig.siteKey)
    const shape = { key_id: keyIdOf(key), public_key: key, valid_from: expect.any(String), valid_until: null }
    expect(await list()).toEqual([shape])
    expect((await rig.visitor('GET', `/api/site-keys/${keyIdOf(key)}`)).body).toEqual(shape)
    expect((await rig.visitor('GET', `/api/site-keys/${digest('other')}`)).status).toBe(404)
    expect((await rig.visitor('GET', '/api/queues/other/key')).status).toBe(404)
  })

  it('is not replaced by another unless somebody says so', async () => {
    const sitePublicKey = sitePublicKeyOf(stranger)
    await expect(rig.restart({ sitePublicKey })).rejects.toMatchObject({ code: 'site-key-differs' })
    await rig.restart()
    expect(await list()).toHaveLength(1)
  })

  it('that was replaced signs nothing new, and what it signed stays provable', async () => {
    const before = await waiting()
    await rig.outcome(before.job, released)
    const late = await waiting()
    const lateReceipt = rig.sign(late.job, released)
    rig.tick(60)
    await rig.restart({ sitePublicKey: sitePublicKeyOf(stranger), onOtherSiteKey: 'replace' })

    const sent = await rig.outcome(late.job, { ...released, receipt: lateReceipt })
    expect(codeOf(sent)).toBe('receipt-other-key')
    const platform = rig.url
    const signed = (receipt: ReturnType<HubRig['sign']>) => rig.outcome(late.job, { ...released, receipt })
    expect(
      (await signed(rig.sign(late.job, released, { predicate: { platform }, key: stranger }))).status,
    ).toBe(200)

    const { body } = await rig.participant('GET', `/api/submissions/${before.id}/receipt`)
    const old = sitePublicKeyOf(rig.siteKey)
    expect(readReceipt(body, old).kind).toBe('valid')
    expect(await list()).toMatchObject([
      { public_key: sitePublicKeyOf(stranger), valid_until: null },
      { public_key: old, valid_until: rig.now().toISOString() },
    ])
    // Whoever stole the old key cannot bring it back either.
    await expect(rig.restart({ sitePublicKey: old, onOtherSiteKey: 'replace' })).rejects.toMatchObject({
      code: 'site-key-retired',
    })
    await rig.restart({ sitePublicKey: sitePublicKeyOf(stranger) })
  })
})

describe("a site's audit chain, as its receipts tell of it", () => {
  const chain = (sequence: number, name = `entry ${sequence}`) => ({
    predicate: { chain: { sequence, head: Digest.parse(digest(name)) } },
  })
  const head = async () => (await rig.site('GET', '/api/site/chain-head')).body

  it('is remembered at its newest head, for the site alone', async () => {
    expect((await rig.site('GET', '/api/site/chain-head')).status).toBe(404)
    for (const [sequence, newest] of [
      [7, 7],
      [12, 12],
      // Outcomes are sent again, and overtake one another.
      [9, 12],
    ] as const) {
      const { job } = await waiting()
      const receipt = rig.sign(job, released, chain(sequence))
      expect((await rig.outcome(job, { ...released, receipt })).status).toBe(200)
      expect(await head()).toEqual({ sequence: newest, head: digest(`entry ${newest}`) })
    }
    for (const other of [rig.worker, rig.organizer, rig.visitor]) {
      expect((await other('GET', '/api/site/chain-head')).status).toBe(401)
    }
  })

  it('that was rewritten is found out: the receipt is refused, and the organizer alarmed', async () => {
    const first = await waiting()
    await rig.outcome(first.job, { ...released, receipt: rig.sign(first.job, released, chain(7)) })
    const second = await waiting()
    const forked = rig.sign(second.job, released, chain(7, 'another history'))
    for (let times = 0; times < 2; times++) {
      expect(codeOf(await rig.outcome(second.job, { ...released, receipt: forked }))).toBe('history-forked')
    }
    expect((await rig.submission(second.id)).status).toBe('Awaiting validation')
    expect(await head()).toEqual({ sequence: 7, head: digest('entry 7') })
    for (const part of ['', '/submissions', '/participants']) {
      const { text } = await rig.organizer('GET', `/competitions/1/manage${part}`)
      expect(text).toContain('The data owner’s record was changed')
    }
    // Control: the same outcome further along the same history.
    const next = { ...released, receipt: rig.sign(second.job, released, chain(8)) }
    expect((await rig.outcome(second.job, next)).status).toBe(200)
  })

  it('raises no alarm while it agrees with itself', async () => {
    const { job } = await waiting()
    await rig.outcome(job, released)
    const { text } = await rig.organizer('GET', '/competitions/1/manage/submissions')
    expect(text).toContain('All submissions')
    expect(text).not.toContain('was changed')
  })
})
