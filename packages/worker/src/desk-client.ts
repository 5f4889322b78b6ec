import { shownText } from '@scoregate/gate/shown-text'
import {
  BLOBS_PATH,
  CANCELLATIONS_PATH,
  type Cancellation,
  DEPOSITS_PATH,
  type Deposit,
  DepositReceipt,
  PACKS_PATH,
  WORKER_SITE_PATH,
  WorkerSite,
} from '@scoregate/protocol/deposit'
import type { Digest } from '@scoregate/protocol/digest'
import { ErrorBody } from '@scoregate/protocol/errors'
import { WORKER_REPORT_PATH, type WorkerReport } from '@scoregate/protocol/worker-report'
import { type Answer, call } from './http-call.ts'
import { sendFile } from './send-file.ts'

/** Why the desk did not do what was asked; for the site's own log. It has codes and names of fields, nothing of a run. */
export type DeskTrouble = {
  readonly kind: 'unavailable'
  readonly why: string
  /** `for-good`: the desk understood what it was given, and will refuse it whenever it is given again. */
  readonly lasts: 'for-now' | 'for-good'
}

/** The site's desk as a worker sees it. Every function tries once; throws only when `signal` is aborted. */
export type DeskClient = {
  getSite(signal: AbortSignal): Promise<{ readonly kind: 'site'; readonly site: WorkerSite } | DeskTrouble>
  /** Says how this worker is; an older desk does not know what that is. */
  report(report: WorkerReport, signal: AbortSignal): Promise<{ readonly kind: 'told' } | DeskTrouble>
  /** Says that the platform has cancelled a job: a hold of it that waits is wanted no more. */
  cancelled(jobId: string, signal: AbortSignal): Promise<{ readonly kind: 'told' } | DeskTrouble>
  /** Stores a file in the vault under its digest. */
  putBlob(
    blob: { readonly sha256: Digest; readonly file: string },
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'stored' } | DeskTrouble>
  /** Stores the small files of a pack in the vault, each under its digest. */
  putPack(file: string, signal: AbortSignal): Promise<{ readonly kind: 'stored' } | DeskTrouble>
  /** `superseded`: the platform wants this attempt no more, or the desk has a hold of it with other content. */
  deposit(
    deposit: Deposit,
    signal: AbortSignal,
  ): Promise<
    { readonly kind: 'deposited'; readonly holdId: string } | { readonly kind: 'superseded' } | DeskTrouble
  >
}

const QUESTION_TIMEOUT_MS = 20_000
// A manifest of a hundred thousand files has some 20 MB, and the desk reads the scores before it answers.
const DEPOSIT_TIMEOUT_MS = 120_000
// The desk writes to disk and syncs while it receives; an hour is 2.8 MB/s for 10 GB.
const FILE_TIMEOUT_MS = 3_600_000

/** Speaks the deposit wire of `@scoregate/protocol/deposit` with the desk at `deskUrl`. */
export function connectDesk(desk: {
  readonly deskUrl: string
  readonly deskToken: string
  readonly workerName: string
}): DeskClient {
  const base = desk.deskUrl.replace(/\/+$/, '')
  const token = desk.deskToken

  return {
    async getSite(signal) {
      // The name is for the desk's page of workers; a desk that has none does not look at it.
      const url = `${base}${WORKER_SITE_PATH}?worker=${encodeURIComponent(desk.workerName)}`
      const answer = await call({ method: 'GET', url, token, timeoutMs: QUESTION_TIMEOUT_MS, signal })
      if (answer.kind === 'unreachable' || answer.status !== 200) return troubleOf(answer)
      const site = WorkerSite.safeParse(answer.body)
      return site.success
        ? { kind: 'site', site: site.data }
        : unreadable('a policy that this worker cannot read; are both of the same version?')
    },

    async report(report, signal) {
      const url = base + WORKER_REPORT_PATH
      const body = JSON.stringify(report)
      const answer = await call({ method: 'PUT', url, token, body, timeoutMs: QUESTION_TIMEOUT_MS, signal })
      return answer.kind === 'answer' && answer.status === 200 ? { kind: 'told' } : troubleOf(answer)
    },

    async cancelled(jobId, signal) {
      const url = base + CANCELLATIONS_PATH
      const body = JSON.stringify({ jobId } satisfies Cancellation)
      const answer = await call({ method: 'POST', url, token, body, timeoutMs: QUESTION_TIMEOUT_MS, signal })
      return answer.kind === 'answer' && answer.status === 200 ? { kind: 'told' } : troubleOf(answer)
    },

    async putBlob({ sha256, file }, signal) {
      const url = `${base}${BLOBS_PATH}/${sha256}`
      return stored(await sendFile({ method: 'PUT', url, token, file, timeoutMs: FILE_TIMEOUT_MS, signal }))
    },

    async putPack(file, signal) {
      const url = base + PACKS_PATH
      return stored(await sendFile({ method: 'POST', url, token, file, timeoutMs: FILE_TIMEOUT_MS, signal }))
    },

    async deposit(deposit, signal) {
      const url = base + DEPOSITS_PATH
      const answer = await call({
        method: 'POST',
        url,
        token,
        body: JSON.stringify(deposit),
        timeoutMs: DEPOSIT_TIMEOUT_MS,
        signal,
      })
      if (answer.kind === 'answer' && isSuperseded(answer)) return { kind: 'superseded' }
      if (answer.kind === 'unreachable' || (answer.status !== 200 && answer.status !== 201))
        return troubleOf(answer)
      const receipt = DepositReceipt.safeParse(answer.body)
      return receipt.success
        ? { kind: 'deposited', holdId: receipt.data.holdId }
        : unreadable('an answer that this worker cannot read')
    },
  }
}

function stored(answer: Answer): { readonly kind: 'stored' } | DeskTrouble {
  if (answer.kind === 'answer' && (answer.status === 201 || answer.status === 200)) return { kind: 'stored' }
  return troubleOf(answer)
}

/** Other conflicts pass when the deposit is tried again; an attempt that has its one hold never gets another. */
function isSuperseded(answer: Extract<Answer, { kind: 'answer' }>): boolean {
  return answer.status === 410 || (answer.status === 409 && codeOf(answer) === 'other-deposit')
}

function codeOf(answer: Extract<Answer, { kind: 'answer' }>): string | undefined {
  return errorOf(answer)?.code
}

function errorOf(answer: Extract<Answer, { kind: 'answer' }>): ErrorBody | undefined {
  return ErrorBody.safeParse(answer.body).data
}

/** Statuses by which a desk refuses what it was given; a wrong token or address can be mended while the run waits. */
const REFUSALS: readonly number[] = [400, 413, 422]

function troubleOf(answer: Answer): DeskTrouble {
  if (answer.kind === 'unreachable') return { kind: 'unavailable', why: answer.why, lasts: 'for-now' }
  const error = errorOf(answer)
  if (error === undefined) return { kind: 'unavailable', why: `status ${answer.status}`, lasts: 'for-now' }
  // Only in the desk's own words: a proxy in between may refuse today what it lets through tomorrow.
  const isRefusal = REFUSALS.includes(answer.status)
  const fields = isRefusal ? [...new Set(error.problems?.map(({ where }) => where))].slice(0, 10) : []
  const named = fields.filter((field) => /^[A-Za-z0-9_.]{1,64}$/.test(field))
  return {
    kind: 'unavailable',
    why: `status ${answer.status} (${[shownText(error.code, 64), ...named].join(', ')})`,
    lasts: isRefusal ? 'for-good' : 'for-now',
  }
}

function unreadable(why: string): DeskTrouble {
  return { kind: 'unavailable', why, lasts: 'for-now' }
}
