import { createHash } from 'node:crypto'
import { receiptStatement, scoresDigest } from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import type { ReceiptPredicate, ReceiptSubject } from '@scoregate/protocol/receipt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TO_BE_SIGNED } from '../receipt-rig.ts'
import { type OutcomeJob, receiptDifferences, type SignedOutcome } from './receipt-differences.ts'

const digest = (content: string) => Digest.parse(createHash('sha256').update(content).digest('hex'))
const job: OutcomeJob = {
  platform: 'https://hub.example',
  jobId: 'job',
  submissionId: 7,
  isReviewAsked: true,
}

const names = ['output', 'predictions', 'scoring_stdout', 'detailed_results'] as const
const anyRelease = fc.record({
  hold: fc.string().map(digest),
  attempt: fc.integer({ min: 1, max: 5 }),
  scores: fc.uniqueArray(
    fc.record({ column: fc.constantFrom('acc', 'loss', 'auc'), value: fc.constantFrom('0.1', '0.5', '1') }),
    { selector: ({ column }) => column, minLength: 1 },
  ),
  artefacts: fc.uniqueArray(
    fc.record({ name: fc.constantFrom(...names), sha256: fc.string().map(digest), sizeBytes: fc.nat() }),
    { selector: ({ name }) => name },
  ),
})

function outcomeOf(release: typeof anyRelease extends fc.Arbitrary<infer Release> ? Release : never) {
  return {
    kind: 'released',
    releasedAt: '2026-05-01T13:00:00.000Z',
    receipt: TO_BE_SIGNED,
    ...release,
  } satisfies SignedOutcome
}

/** What an honest site signs of a release. */
function honestReceipt(outcome: ReturnType<typeof outcomeOf>) {
  const released: ReceiptSubject[] = [
    { name: 'scores', digest: { sha256: scoresDigest(outcome.scores) } },
    ...outcome.artefacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
  ]
  const predicate: ReceiptPredicate = {
    platform: 'https://hub.example/',
    jobId: job.jobId,
    attempt: outcome.attempt,
    submissionId: job.submissionId,
    hold: outcome.hold,
    outcome: 'released',
    decision: { kind: 'approve', reviewer: 'anna', decidedAt: '2026-05-01T13:00:00.000Z' },
    artefacts: released.map(({ name }) => name).filter((name) => name !== 'hold'),
    policyDigest: digest('policy'),
    chain: { sequence: 1, head: digest('head') },
  }
  return receiptStatement({ predicate, released })
}

describe('the receipt of a release', () => {
  it('differs in nothing from what it was signed for', () => {
    fc.assert(
      fc.property(anyRelease, (release) => {
        const outcome = outcomeOf(release)
        expect(receiptDifferences(honestReceipt(outcome), outcome, job)).toEqual([])
      }),
    )
  })

  it('differs from every other release', () => {
    fc.assert(
      fc.property(anyRelease, anyRelease, (signed, sent) => {
        const statement = honestReceipt(outcomeOf(signed))
        const problems = receiptDifferences(statement, outcomeOf(sent), job)
        // The order of artefacts and their sizes are not signed: the hub compares sizes with the bytes that it has.
        const content = ({ hold, attempt, scores, artefacts }: typeof signed) => [
          hold,
          attempt,
          scores,
          artefacts.map(({ name, sha256 }) => [name, sha256]).sort(),
        ]
        const isSame = JSON.stringify(content(signed)) === JSON.stringify(content(sent))
        expect(problems.length === 0).toBe(isSame)
      }),
    )
  })

  it('names one artefact once', () => {
    const artefact = { name: 'output' as const, sha256: digest('a'), sizeBytes: 1 }
    const outcome = outcomeOf({ hold: digest('h'), attempt: 1, scores: [], artefacts: [artefact] })
    const twice = { ...outcome, artefacts: [artefact, artefact] }
    expect(receiptDifferences(honestReceipt(outcome), twice, job).map(({ where }) => where)).toEqual([
      'artefacts',
    ])
  })
})
