import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { type JobRef, type UpwardMessage, type UpwardWord, upwardMessage } from '@scoregate/gate/upward-word'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type Outcome, OutcomeAccepted, SITE_JOBS_PATH, StandingAnswer } from '@scoregate/protocol/release'
import { z } from 'zod'
import type { MeasuredArtefact } from './artefact-bytes.ts'

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

/** A platform that says nothing for so long is taken to be away. */
const SILENCE_MILLISECONDS = 60_000
const MAX_ANSWER_BYTES = 1_048_576

type Answer = { readonly status: number; readonly body: unknown }

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

/** What the network does is an outcome; what the vault does is thrown on. */
async function attempt<T>(work: () => Promise<T>): Promise<T | { kind: 'failed'; why: string }> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ScoregateError) throw error
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    const words = error instanceof Error && error.message !== '' ? error.message : 'The connection failed.'
    return { kind: 'failed', why: `The platform could not be reached${code}: ${words}`.slice(0, 500) }
  }
}

function notAccepted(answer: Answer): PlatformAnswer {
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

/** One request; redirects are not followed, since the token and the bytes are for this address alone. */
function send(
  to: { url: string; siteToken: string; signal: AbortSignal },
  given: { method: 'POST' | 'PUT'; path: string; contentType: string; size: number; body: Buffer | Readable },
): Promise<Answer> {
  const url = new URL(to.url.replace(/\/+$/, '') + given.path)
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: given.method,
      headers: {
        authorization: `Bearer ${to.siteToken}`,
        'content-type': given.contentType,
        'content-length': String(given.size),
      },
      timeout: SILENCE_MILLISECONDS,
      signal: to.signal,
    })
    request.on('timeout', () => request.destroy(new Error('It said nothing for a minute.')))
    request.on('error', reject)
    request.on('response', (response) => {
      readJson(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    })
    if (Buffer.isBuffer(given.body)) {
      request.end(given.body)
      return
    }
    const stream = given.body
    stream.on('error', (error) => {
      // The vault's own words go to whoever waits; the request breaks off, so the platform never sees a whole file.
      reject(error)
      request.destroy()
    })
    request.on('close', () => stream.destroy())
    stream.pipe(request)
  })
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('Its answer is too long.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined // an answer that is not JSON is judged by its status alone
  }
}
