import type { Readable } from 'node:stream'
import { type JobRef, type UpwardMessage, type UpwardWord, upwardMessage } from '@scoregate/gate/upward-word'
import type { Digest } from '@scoregate/protocol/digest'
import { type Outcome, OutcomeAccepted, SITE_JOBS_PATH, StandingAnswer } from '@scoregate/protocol/release'
import { z } from 'zod'
import type { MeasuredArtefact } from './artefact-bytes.ts'
import { attempt, type ServerAnswer, sendRequest } from './send-request.ts'

/** How a platform took what it was told. `why` is for people at the site. */
export type PlatformAnswer =
  | { readonly kind: 'accepted' }
  /** 410: the attempt was cancelled or superseded. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly why: string }

/** What is told of a job before anything of it is released. */
export type JobWord = Extract<UpwardWord, { kind: 'awaiting-validation' | 'failed' }>

/** An outcome that releases what was approved. */
export type ReleaseOutcome = Extract<Outcome, { kind: 'released' | 'failure-released' }>

/**
 * The one way out of the site. Before a release it sends an `UpwardWord` (closed words, digests, numbers); for a release,
 * an outcome with canonical scores, and the bytes of an approved artefact. It has no function that takes text.
 */
export type PlatformClient = {
  /** Whether artefacts go before the outcome that names them, or after: Codabench wants its scores first. */
  readonly order: 'artefacts-first' | 'outcome-first'
  /** Says how it stands with a job, before or without a release. */
  say(word: JobWord): Promise<PlatformAnswer>
  /** Tells of a release; the artefacts that it names were uploaded before. */
  release(jobId: string, outcome: ReleaseOutcome): Promise<PlatformAnswer>
  /** Throws `ScoregateError` when the vault's bytes turn out to be altered while they are sent. */
  upload(given: {
    jobId: string
    attempt: number
    hold: Digest
    artefact: MeasuredArtefact
  }): Promise<PlatformAnswer>
  /** Which of these jobs are no longer wanted. */
  ask(
    jobs: readonly JobRef[],
  ): Promise<{ kind: 'answered'; gone: string[] } | { kind: 'failed'; why: string }>
}

/** A client for one platform; `signal` ends its requests when the desk closes. */
export function createPlatformClient(given: {
  url: string
  siteToken: string
  signal: AbortSignal
}): PlatformClient {
  const jobPath = (jobId: string) => `${SITE_JOBS_PATH}/${encodeURIComponent(jobId)}`
  const post = ({ path, body }: Pick<UpwardMessage, 'path' | 'body'>) => {
    const bytes = Buffer.from(body)
    return send(given, {
      method: 'POST',
      path,
      contentType: 'application/json',
      size: bytes.length,
      body: bytes,
    })
  }
  const postOutcome = (message: Pick<UpwardMessage, 'path' | 'body'>) =>
    attempt<PlatformAnswer>(async () => {
      const answer = await post(message)
      if (answer.status !== 200) return notAccepted(answer)
      // A proxy's friendly 200 page is not the platform's word.
      return OutcomeAccepted.loose().safeParse(answer.body).success ? { kind: 'accepted' } : notThePlatform()
    })

  return {
    order: 'artefacts-first',

    async say(word) {
      return postOutcome(upwardMessage(word))
    },

    async release(jobId, outcome) {
      return postOutcome({ path: `${jobPath(jobId)}/outcome`, body: JSON.stringify(outcome) })
    },

    async upload({ jobId, attempt: number, hold, artefact }) {
      const query = new URLSearchParams({ attempt: String(number), hold, sha256: artefact.sha256 })
      return attempt(async () => {
        const answer = await send(given, {
          method: 'PUT',
          path: `${jobPath(jobId)}/artefacts/${artefact.name}?${query}`,
          contentType: 'application/octet-stream',
          size: artefact.sizeBytes,
          body: await artefact.open(),
        })
        return answer.status === 201 || answer.status === 200 ? { kind: 'accepted' } : notAccepted(answer)
      })
    },

    async ask(jobs) {
      return attempt(async () => {
        const answer = await post(upwardMessage({ kind: 'standing', jobs: [...jobs] }))
        const parsed = StandingAnswer.loose().safeParse(answer.body)
        if (answer.status === 200 && parsed.success) return { kind: 'answered', gone: parsed.data.gone }
        return { kind: 'failed', why: `The platform answered with HTTP status ${answer.status}.` }
      })
    },
  }
}

function notAccepted(answer: ServerAnswer): PlatformAnswer {
  if (answer.status === 410) return { kind: 'gone' }
  const hint =
    answer.status === 401 || answer.status === 403
      ? ' Check that the site token is the one that the platform knows.'
      : ''
  const code = RefusalCode.safeParse(answer.body).data?.code
  const words = code === undefined ? '' : ` (${code})`
  return { kind: 'failed', why: `The platform answered with HTTP status ${answer.status}${words}.${hint}` }
}

/** Why a platform refused, as a word; no sentence of it is shown at the site. */
const RefusalCode = z.object({
  code: z
    .string()
    .regex(/^[a-z]+(-[a-z]+){0,7}$/)
    .max(40),
})

function notThePlatform(): PlatformAnswer {
  return {
    kind: 'failed',
    why: 'What answered at the address of the platform did not answer as a platform does.',
  }
}

function send(
  to: { url: string; siteToken: string; signal: AbortSignal },
  given: { method: 'POST' | 'PUT'; path: string; contentType: string; size: number; body: Buffer | Readable },
): Promise<ServerAnswer> {
  return sendRequest({
    ...given,
    url: new URL(to.url.replace(/\/+$/, '') + given.path),
    headers: { authorization: `Bearer ${to.siteToken}`, 'content-type': given.contentType },
    signal: to.signal,
  })
}
