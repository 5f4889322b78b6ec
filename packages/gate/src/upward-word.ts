import { standingRequest, statusRequest } from '@scoregate/protocol/codabench/platform-words'
import { CodabenchSecret } from '@scoregate/protocol/codabench/run-arguments'
import { Digest } from '@scoregate/protocol/digest'
import { Attempt, JobId } from '@scoregate/protocol/job'
import {
  FailureMessage,
  LEASE_PATH,
  LeaseMessage,
  LeaseRequest,
  RunningStatus,
  StatusMessage,
} from '@scoregate/protocol/lease'
import { ReasonCode, RejectionSentence } from '@scoregate/protocol/reason-code'
import { RECEIPT_PAYLOAD_TYPE, Receipt, ReceiptStatement } from '@scoregate/protocol/receipt'
import { Outcome, SITE_JOBS_PATH, STANDING_PATH, StandingQuestion } from '@scoregate/protocol/release'
import { z } from 'zod'

/** A job by what the platform itself called it. */
export const JobRef = z.strictObject({ jobId: JobId, attempt: Attempt })
export type JobRef = z.infer<typeof JobRef>

/** A worker's name from the site's settings: chosen before any job comes, and the same for all of them. */
export const WorkerName = z.string().min(1).max(64).brand<'WorkerName'>()
export type WorkerName = z.infer<typeof WorkerName>

/** A version of Scoregate. */
export const Version = z
  .string()
  .regex(/^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$/)
  .brand<'Version'>()
export type Version = z.infer<typeof Version>

/**
 * A receipt of a failure, which may go up with its reason code: what is signed is a statement of the protocol about a
 * failure, in base64, and no other text. Made from any receipt with {@link failureReceipt}.
 */
export const FailureReceipt = z
  .strictObject({
    payloadType: z.literal(RECEIPT_PAYLOAD_TYPE),
    payload: Receipt.shape.payload.brand<'ReceiptPayload'>(),
    signatures: z
      .array(
        z.strictObject({
          keyid: Digest,
          sig: Receipt.shape.signatures.element.shape.sig.brand<'ReceiptSignature'>(),
        }),
      )
      .length(1),
  })
  .refine(({ payload }) => findFailure(payload) !== undefined, 'a receipt of a failure')
export type FailureReceipt = z.infer<typeof FailureReceipt>

/** A submission of a Codabench platform, by its number and the capability that its job message carried. */
export const CodabenchSpeaker = z.strictObject({
  submissionId: z.int().min(1),
  secret: CodabenchSecret,
})
export type CodabenchSpeaker = z.infer<typeof CodabenchSpeaker>

/** The statuses that a Codabench platform may hear before a release; with a failure goes the fixed sentence of its reason. */
export const CodabenchStatus = z.enum(['Preparing', 'Running', 'Scoring', 'Awaiting validation'])
export type CodabenchStatus = z.infer<typeof CodabenchStatus>

/**
 * Everything that may be said to the platform before a release, by worker and desk alike. Closed words, names that the
 * platform gave, digests and bounded numbers: no member can hold free text, so none of a run can be said (rule 8 of the
 * design).
 */
export const UpwardWord = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('lease'),
    worker: WorkerName,
    version: Version,
    waitSeconds: z.int().min(0).max(30),
  }),
  z.strictObject({ kind: z.literal('heartbeat'), job: JobRef }),
  z.strictObject({ kind: z.literal('status'), job: JobRef, status: RunningStatus }),
  z.strictObject({ kind: z.literal('failure'), job: JobRef, reason: ReasonCode }),
  z.strictObject({ kind: z.literal('return'), job: JobRef }),
  z.strictObject({ kind: z.literal('awaiting-validation'), job: JobRef, hold: Digest }),
  z.strictObject({
    kind: z.literal('failed'),
    job: JobRef,
    hold: Digest,
    reason: ReasonCode,
    sentence: RejectionSentence.optional(),
    receipt: FailureReceipt,
  }),
  z.strictObject({ kind: z.literal('standing'), jobs: z.array(JobRef).max(1000) }),
  z.strictObject({
    kind: z.literal('codabench-status'),
    speaker: CodabenchSpeaker,
    status: CodabenchStatus,
  }),
  z.strictObject({ kind: z.literal('codabench-failure'), speaker: CodabenchSpeaker, reason: ReasonCode }),
  z.strictObject({ kind: z.literal('codabench-standing'), speaker: CodabenchSpeaker }),
])
export type UpwardWord = z.infer<typeof UpwardWord>

/** What is sent for a word: a request to this path below the platform's address, with exactly this body. */
export const UpwardMessage = z
  .strictObject({
    method: z.enum(['POST', 'PATCH']),
    path: z.string(),
    contentType: z.enum(['application/json', 'application/x-www-form-urlencoded']),
    body: z.string(),
  })
  .brand<'UpwardMessage'>()
export type UpwardMessage = z.infer<typeof UpwardMessage>

/**
 * The one function through which everything goes that is sent to the platform before a release; what carries messages
 * takes its result and nothing else. The word is parsed again as it is about to be sent, and its body by the schema of
 * the wire: throws a zod error for a member too many, a wrong word, or a receipt that is about something else, and
 * never leaves anything out in silence.
 */
export function upwardMessage(word: UpwardWord): UpwardMessage {
  return UpwardMessage.parse(messageOf(UpwardWord.parse(word)))
}

/** Any receipt as one that may go up with a failure. Throws a zod error for one that is not about a failure. */
export function failureReceipt(receipt: Receipt): FailureReceipt {
  return FailureReceipt.parse(receipt)
}

function messageOf(word: UpwardWord): Omit<UpwardMessage, symbol> {
  switch (word.kind) {
    case 'codabench-status':
      return statusRequest(word.speaker, word.status)
    case 'codabench-failure':
      return statusRequest(word.speaker, 'Failed', word.reason)
    case 'codabench-standing':
      return standingRequest(word.speaker)
    default: {
      const { path, body } = jsonMessageOf(word)
      return { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) }
    }
  }
}

type HubWord = Exclude<UpwardWord, { kind: `codabench-${string}` }>

function jsonMessageOf(word: HubWord): { readonly path: string; readonly body: object } {
  switch (word.kind) {
    case 'lease': {
      const { worker: name, version, waitSeconds } = word
      return { path: LEASE_PATH, body: LeaseRequest.parse({ worker: { name, version }, waitSeconds }) }
    }
    case 'heartbeat':
    case 'return':
      return { path: leasePath(word), body: LeaseMessage.parse({ attempt: word.job.attempt }) }
    case 'status': {
      const { job, status } = word
      return { path: leasePath(word), body: StatusMessage.parse({ attempt: job.attempt, status }) }
    }
    case 'failure': {
      const { job, reason } = word
      return { path: leasePath(word), body: FailureMessage.parse({ attempt: job.attempt, reason }) }
    }
    case 'awaiting-validation':
    case 'failed': {
      const { job, ...outcome } = word
      if (word.kind === 'failed') requireSameFailure(word, word.receipt)
      return {
        path: `${SITE_JOBS_PATH}/${job.jobId}/outcome`,
        body: Outcome.parse({ ...outcome, attempt: job.attempt }),
      }
    }
    case 'standing':
      return { path: STANDING_PATH, body: StandingQuestion.parse({ jobs: word.jobs }) }
  }
}

function leasePath({ kind, job }: { readonly kind: string; readonly job: JobRef }): string {
  return `${LEASE_PATH}/${job.jobId}/${kind}`
}

/** The receipt and the word must be about one failure, or the receipt would say more than the word. */
function requireSameFailure(word: Extract<UpwardWord, { kind: 'failed' }>, receipt: FailureReceipt): void {
  if (word.sentence !== undefined && word.reason !== 'not-released')
    throw new Error('The sentence of a rejection was to go up with another failure.')
  const failure = findFailure(receipt.payload)
  const isSame =
    failure?.jobId === word.job.jobId &&
    failure.attempt === word.job.attempt &&
    failure.hold === word.hold &&
    failure.reason === word.reason &&
    failure.sentence === word.sentence
  if (!isSame) throw new Error('A receipt was to go up with a failure that it is not about.')
}

/** What a receipt says of a failure; `undefined` if it says anything else. */
function findFailure(payload: string): ReceiptStatement['predicate'] | undefined {
  try {
    const statement = ReceiptStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')))
    return statement.predicate.outcome === 'failed' ? statement.predicate : undefined
  } catch {
    return undefined
  }
}
