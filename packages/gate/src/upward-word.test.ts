import { generateKeyPairSync } from 'node:crypto'
import { CodabenchSecret } from '@scoregate/protocol/codabench/run-arguments'
import { Digest } from '@scoregate/protocol/digest'
import { RunningStatus } from '@scoregate/protocol/lease'
import { ReasonCode } from '@scoregate/protocol/reason-code'
import type { Receipt, ReceiptPredicate } from '@scoregate/protocol/receipt'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { receiptStatement, signReceipt } from './receipt.ts'
import {
  failureReceipt,
  JobRef,
  type UpwardMessage,
  UpwardWord,
  upwardMessage,
  Version,
  WorkerName,
} from './upward-word.ts'

/** Every place in a type, however deep, where any text at all would be accepted. */
type TextPlaces<T> = string extends T
  ? 'text'
  : T extends string | number | boolean | undefined
    ? never
    : T extends readonly (infer Item)[]
      ? TextPlaces<Item>
      : { [Key in keyof T]-?: TextPlaces<T[Key]> }[keyof T]

const SECRET = 'patient 17 has sepsis'
const job = JobRef.parse({ jobId: 'job-1', attempt: 3 })
const hold = Digest.parse('a'.repeat(64))
const secret = CodabenchSecret.parse('806e573a-64c1-427c-842a-63fe8f9b280a')
const speaker = { submissionId: 7, secret }

const FAILED: ReceiptPredicate = {
  platform: 'https://hub.example',
  jobId: 'job-1',
  attempt: 3,
  submissionId: 7,
  hold,
  outcome: 'failed',
  reason: 'time-limit',
  decision: { kind: 'none' },
  artefacts: [],
  policyDigest: Digest.parse('b'.repeat(64)),
  chain: { sequence: 1, head: Digest.parse('c'.repeat(64)) },
}
const { privateKey } = generateKeyPairSync('ed25519')
const receiptOf = (predicate: ReceiptPredicate): Receipt =>
  signReceipt(receiptStatement({ predicate, released: [] }), privateKey)

/** One word of each kind. */
const WORDS: readonly UpwardWord[] = [
  {
    kind: 'lease',
    worker: WorkerName.parse('worker 1'),
    version: Version.parse('0.1.0'),
    waitSeconds: 20,
  },
  { kind: 'heartbeat', job },
  { kind: 'status', job, status: 'Running' },
  { kind: 'failure', job, reason: 'image-missing' },
  { kind: 'return', job },
  { kind: 'awaiting-validation', job, hold },
  { kind: 'failed', job, hold, reason: 'time-limit', receipt: failureReceipt(receiptOf(FAILED)) },
  { kind: 'standing', jobs: [job] },
  { kind: 'codabench-status', speaker, status: 'Awaiting validation' },
  { kind: 'codabench-failure', speaker, reason: 'no-scores' },
  { kind: 'codabench-standing', speaker },
]

describe('what may be said to the platform before a release', () => {
  it('has no place for text, in the eyes of the compiler', () => {
    expectTypeOf<TextPlaces<UpwardWord>>().toBeNever()
    // Control: one field of text, however deep, is found.
    expectTypeOf<TextPlaces<{ a: readonly { b: string }[] }>>().toEqualTypeOf<'text'>()

    const text: string = SECRET
    // @ts-expect-error text is no name of a job
    expect(() => upwardMessage({ kind: 'heartbeat', job: { jobId: text, attempt: 1 } })).toThrow()
    // @ts-expect-error text is no status
    expect(() => upwardMessage({ kind: 'status', job, status: text })).toThrow()
    // @ts-expect-error text is no reason
    expect(() => upwardMessage({ kind: 'failure', job, reason: text })).toThrow()
    // @ts-expect-error text is no digest
    expect(() => upwardMessage({ kind: 'awaiting-validation', job, hold: text })).toThrow()
    // @ts-expect-error there is no place for a note
    expect(() => upwardMessage({ kind: 'return', job, note: text })).toThrow()
    // @ts-expect-error text is no status of a Codabench platform
    expect(() => upwardMessage({ kind: 'codabench-status', speaker, status: text })).toThrow()
    // @ts-expect-error what carries messages takes none that was not made here
    const message: UpwardMessage = {
      method: 'POST',
      path: '/api',
      contentType: 'application/json',
      body: text,
    }
    expect(message.body).toBe(SECRET)
  })

  it('is each word of the wire, at its place', () => {
    expect(WORDS.map((word) => upwardMessage(word)).map(({ path, body }) => `${path} ${body}`)).toEqual([
      '/api/worker/leases {"worker":{"name":"worker 1","version":"0.1.0"},"waitSeconds":20}',
      '/api/worker/leases/job-1/heartbeat {"attempt":3}',
      '/api/worker/leases/job-1/status {"attempt":3,"status":"Running"}',
      '/api/worker/leases/job-1/failure {"attempt":3,"reason":"image-missing"}',
      '/api/worker/leases/job-1/return {"attempt":3}',
      `/api/site/jobs/job-1/outcome {"kind":"awaiting-validation","attempt":3,"hold":"${hold}"}`,
      expect.stringContaining(
        `/api/site/jobs/job-1/outcome {"kind":"failed","attempt":3,"hold":"${hold}","reason":"time-limit","receipt":`,
      ),
      '/api/site/standing {"jobs":[{"jobId":"job-1","attempt":3}]}',
      `/submissions/7/ status=Awaiting+validation&secret=${secret}`,
      `/submissions/7/ status=Failed&status_details=The+scoring+program+ended+without+writing+a+scores+file.&secret=${secret}`,
      `/submissions/7/ secret=${secret}`,
    ])
    expect(new Set(WORDS.map(({ kind }) => kind)).size).toBe(UpwardWord.options.length)
  })

  it('throws for a member too many instead of leaving it out in silence, wherever it is', () => {
    for (const word of WORDS) {
      for (const more of [
        { ...word, detail: SECRET },
        { ...word, job: { ...job, detail: SECRET } },
      ]) {
        if (word.kind === 'lease' || word.kind === 'standing') continue
        if ('speaker' in word && !('detail' in more)) continue
        expect(() => upwardMessage(more)).toThrow(/detail/)
      }
    }
    const [, , , , , , failed] = WORDS
    const receipt = { ...receiptOf(FAILED), detail: SECRET }
    // A value that the compiler has lost sight of, as after a database.
    expect(() => upwardMessage(JSON.parse(JSON.stringify({ ...failed, receipt })))).toThrow(/detail/)
  })

  it('carries no value but those of the closed lists, whatever takes the place of one', () => {
    const closed = new Set<string>([...RunningStatus.options, ...ReasonCode.options])
    fc.assert(
      fc.property(
        fc.constantFrom('status', 'failure', 'failed'),
        fc.oneof(fc.string(), fc.constantFrom(...closed), fc.anything()),
        (kind, value) => {
          const said = { kind, job, ...(kind === 'status' ? { status: value } : { reason: value }) }
          const reason = ReasonCode.safeParse(value).data ?? 'time-limit'
          const receipt = receiptOf({ ...FAILED, reason })
          const word: UpwardWord = JSON.parse(
            JSON.stringify(kind === 'failed' ? { ...said, hold, receipt } : said) ?? 'null',
          )
          try {
            upwardMessage(word)
          } catch {
            return
          }
          expect(closed).toContain(value)
        },
      ),
    )
  })

  it('lets a receipt go up with the failure that it is about, and no other', () => {
    const failed = { kind: 'failed', job, hold, reason: 'time-limit' } as const
    const say = (predicate: ReceiptPredicate) =>
      upwardMessage({ ...failed, receipt: failureReceipt(receiptOf(predicate)) })
    expect(say(FAILED).body).toContain('"receipt"')
    expect(() => say({ ...FAILED, reason: 'no-scores' })).toThrow('not about')
    expect(() => say({ ...FAILED, jobId: 'job-2' })).toThrow('not about')
    expect(() => say({ ...FAILED, attempt: 4 })).toThrow('not about')
    expect(() => say({ ...FAILED, hold: Digest.parse('d'.repeat(64)) })).toThrow('not about')
  })

  it('carries the sentence of a rejection as a code of its list, and with a rejection alone', () => {
    const rejected = {
      ...FAILED,
      reason: 'not-released',
      sentence: 'implausible',
      decision: { kind: 'reject', decidedAt: AT },
    } as const
    const say = (more: object, predicate: ReceiptPredicate = rejected) => {
      const receipt = failureReceipt(receiptOf(predicate))
      // A value that the compiler has lost sight of, as after a database.
      return upwardMessage(
        JSON.parse(JSON.stringify({ kind: 'failed', job, hold, reason: 'not-released', receipt, ...more })),
      ).body
    }
    expect(say({ sentence: 'implausible' })).toContain('"sentence":"implausible"')
    expect(() => say({ sentence: 'ask-organizer' })).toThrow('not about')
    expect(() => say({})).toThrow('not about')
    expect(() => say({ sentence: SECRET })).toThrow()
    const other = { ...rejected, reason: 'time-limit' } as const
    expect(() => say({ sentence: 'implausible', reason: 'time-limit' }, other)).toThrow('another failure')
  })

  it('takes nothing for a receipt of a failure that is anything else in base64', () => {
    const { reason: _reason, ...rest } = FAILED
    const released = receiptOf({ ...rest, outcome: 'released', decision: { kind: 'auto', decidedAt: AT } })
    expect(() => failureReceipt(released)).toThrow('a receipt of a failure')
    const payload = Buffer.from(SECRET).toString('base64')
    expect(() => failureReceipt({ ...receiptOf(FAILED), payload })).toThrow('a receipt of a failure')
    const more = Buffer.from(JSON.stringify({ predicate: FAILED, note: SECRET })).toString('base64')
    expect(() => failureReceipt({ ...receiptOf(FAILED), payload: more })).toThrow('a receipt of a failure')
  })

  it.each(['', '.', '..', 'a/b', 'a b', 'a\n', 'é', 'x'.repeat(65), '-a', SECRET])(
    'takes %j for no name of a job',
    (jobId) => {
      expect(JobRef.safeParse({ jobId, attempt: 1 }).success).toBe(false)
    },
  )
})

const AT = '2026-01-02T03:04:05.000Z'
