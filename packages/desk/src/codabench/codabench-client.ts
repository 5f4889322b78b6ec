import { buffer } from 'node:stream/consumers'
import { type UpwardWord, upwardMessage } from '@scoregate/gate/upward-word'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import {
  CodabenchSubmission,
  scoresRequest,
  UPLOAD_HEADERS,
  UPLOAD_TYPES,
} from '@scoregate/protocol/codabench/platform-words'
import type { ReturnAddress } from '@scoregate/protocol/codabench/return-address'
import { WITHHELD_SENTENCE } from '@scoregate/protocol/reason-code'
import yazl from 'yazl'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { JobWord, PlatformAnswer, PlatformClient, ReleaseOutcome } from '../release/platform-client.ts'
import { attempt, type ServerAnswer, sendRequest } from '../release/send-request.ts'
import { findReturnAddress, type OpenedAddress, setScoresState } from './return-addresses.ts'

type CodabenchWord = Extract<UpwardWord, { kind: `codabench-${string}` }>
type Link = keyof ReturnAddress['links']

/** Which link of a job takes which artefact; predictions stay at the site, and scores go by the API. */
export const LINK_OF = {
  detailed_results: 'detailedResults',
  ingestion_stdout: 'ingestionStdout',
  ingestion_stderr: 'ingestionStderr',
  scoring_stdout: 'scoringStdout',
  scoring_stderr: 'scoringStderr',
  output: 'scoringResult',
} as const satisfies Partial<Record<ArtefactName, Link>>

/** The link for an artefact, if the platform takes it at all. */
export function linkFor(address: ReturnAddress, name: ArtefactName): string | undefined {
  return name in LINK_OF ? address.links[LINK_OF[name as keyof typeof LINK_OF]] : undefined // it is a key, as was asked
}

/** Statuses after which nothing may be said: the site would bring the submission back to life (protocol reference, 5.1). */
const UNWANTED: readonly string[] = ['Cancelled', 'Failed']

type Standing =
  | { readonly kind: 'stands'; readonly submission: CodabenchSubmission }
  | Exclude<PlatformAnswer, { kind: 'accepted' }>

/**
 * Speaks to a Codabench platform for the jobs of its queue: the same few things as to a hub, in the platform's words and order
 * (protocol reference, 5.2): Finished, the scores once, then what was released, and one fixed sentence where the rest would be.
 * Where a result goes is sealed with its hold.
 */
export function createCodabenchClient(site: {
  readonly platform: string
  readonly privateKey: string
  /** Whether it knows `Awaiting validation`. */
  readonly hasWaitingStatus: boolean
  readonly db: DeskDb
  readonly signal: AbortSignal
}): PlatformClient {
  const { db } = site

  const withAddress = async (
    job: { readonly jobId: string; readonly attempt: number },
    work: (opened: OpenedAddress) => Promise<PlatformAnswer>,
  ): Promise<PlatformAnswer> => {
    const opened = await findReturnAddress(db, { ...site, ...job })
    if (opened === undefined) return failed('Where this result goes was sealed for another key of this site.')
    return await attempt(() => work(opened))
  }

  const say = async ({ address }: OpenedAddress, word: CodabenchWord): Promise<Standing> => {
    const { method, path, contentType, body } = upwardMessage(word)
    return standingOf(await post(address, { method, path, contentType, body }))
  }

  const ask = (opened: OpenedAddress) =>
    say(opened, { kind: 'codabench-standing', speaker: speakerOf(opened) })

  const post = (
    address: ReturnAddress,
    given: { method: 'PATCH' | 'POST'; path: string; contentType: string; body: string },
  ) => {
    const body = Buffer.from(given.body, 'utf8')
    return sendRequest({
      url: new URL(address.apiUrl + given.path),
      method: given.method,
      headers: { 'content-type': given.contentType },
      size: body.length,
      body,
      signal: site.signal,
    })
  }

  const tell = async (opened: OpenedAddress, word: JobWord): Promise<PlatformAnswer> => {
    const speaker = speakerOf(opened)
    const standing = await ask(opened)
    if (standing.kind !== 'stands') return standing
    const { status } = standing.submission
    if (word.kind === 'failed') {
      // Told already, by an earlier try whose answer was lost.
      if (status === 'Failed') return { kind: 'accepted' }
      if (status === 'Cancelled') return { kind: 'gone' }
      return acceptedIfStanding(
        await say(opened, { kind: 'codabench-failure', speaker, reason: word.reason }),
      )
    }
    if (UNWANTED.includes(status)) return { kind: 'gone' }
    // A site without the word keeps one that its clean-up leaves alone; `Scoring` would make another job (section 8).
    const waiting = site.hasWaitingStatus ? 'Awaiting validation' : 'Preparing'
    return acceptedIfStanding(await say(opened, { kind: 'codabench-status', speaker, status: waiting }))
  }

  const release = async (opened: OpenedAddress, outcome: ReleaseOutcome): Promise<PlatformAnswer> => {
    const standing = await ask(opened)
    if (standing.kind !== 'stands') return standing
    const { status } = standing.submission
    if (outcome.kind === 'failure-released')
      return status === 'Cancelled' ? { kind: 'gone' } : { kind: 'accepted' }
    if (UNWANTED.includes(status)) return { kind: 'gone' }
    if (status !== 'Finished') {
      const finished = await finish(opened)
      if (finished.kind !== 'stands') return finished
    }
    const scored = await postScores(opened, outcome)
    if (scored.kind !== 'accepted') return scored
    return await withhold(opened, outcome)
  }

  /** `Finished` goes with a release only, so it is none of the words that may be said before one. */
  const finish = async ({ address }: OpenedAddress): Promise<Standing> =>
    standingOf(
      await post(address, {
        method: 'PATCH',
        path: `/submissions/${address.submissionId}/`,
        contentType: 'application/x-www-form-urlencoded',
        body: new URLSearchParams({ status: 'Finished', secret: address.secret }).toString(),
      }),
    )

  /**
   * Once, whatever happens: the site adds a second post to the first. What was begun and has no known end is looked for at the
   * platform; if that does not tell, nothing is sent, and people are told.
   */
  const postScores = async (opened: OpenedAddress, outcome: ReleaseOutcome): Promise<PlatformAnswer> => {
    if (outcome.kind !== 'released' || outcome.scores.length === 0 || opened.scores === 'posted')
      return { kind: 'accepted' }
    if (opened.scores === 'begun') {
      const standing = await ask(opened)
      if (standing.kind !== 'stands') return standing
      const rows = standing.submission.scores?.length
      if (rows === undefined)
        return failed(
          'It cannot be told whether the scores arrived, and a second post would be added to the first. Compare them on the platform.',
        )
      if (rows > 0 && rows < outcome.scores.length)
        return failed(
          `Of ${outcome.scores.length} scores only ${rows} arrived, and a second post would be added to them. Ask the organizer to correct them.`,
        )
      if (rows > 0) {
        await setScoresState(db, opened.holdId, 'posted')
        return { kind: 'accepted' }
      }
    }
    await setScoresState(db, opened.holdId, 'begun')
    const answer = await post(opened.address, scoresRequest(speakerOf(opened), outcome.scores))
    if (answer.status !== 200 && answer.status !== 201) return refused(answer)
    await setScoresState(db, opened.holdId, 'posted')
    return { kind: 'accepted' }
  }

  /** One fixed sentence where an artefact would be, so that nobody takes an empty file for a result. */
  const withhold = async ({ address }: OpenedAddress, outcome: ReleaseOutcome): Promise<PlatformAnswer> => {
    const released = new Set(outcome.artefacts.map(({ name }) => name))
    for (const name of Object.keys(LINK_OF) as (keyof typeof LINK_OF)[]) {
      const link = linkFor(address, name)
      if (link === undefined || released.has(name)) continue
      const body = name === 'output' ? await withheldArchive() : Buffer.from(withheldText(name), 'utf8')
      const put = await putTo(link, name, { size: body.length, body })
      if (put.kind !== 'accepted') return put
    }
    return { kind: 'accepted' }
  }

  const putTo = async (
    link: string,
    name: ArtefactName,
    content: Pick<Parameters<typeof sendRequest>[0], 'size' | 'body'>,
  ): Promise<PlatformAnswer> => {
    const type = name === 'detailed_results' ? UPLOAD_TYPES.detailedResults : UPLOAD_TYPES.everythingElse
    const answer = await sendRequest({
      url: new URL(link),
      method: 'PUT',
      headers: { ...UPLOAD_HEADERS, 'content-type': type },
      ...content,
      signal: site.signal,
    })
    if (answer.status >= 200 && answer.status < 300) return { kind: 'accepted' }
    if (answer.status === 403)
      return failed(
        'The storage of the platform refuses the link of this job (403): it may have ended, five days after the job was made.',
      )
    return refused(answer)
  }

  return {
    order: 'outcome-first',

    async say(word) {
      return await withAddress(word.job, (opened) => tell(opened, word))
    },

    async release(jobId, outcome) {
      return await withAddress({ jobId, attempt: outcome.attempt }, (opened) => release(opened, outcome))
    },

    async upload({ jobId, attempt: number, artefact }) {
      return await withAddress({ jobId, attempt: number }, async ({ address }) => {
        const link = linkFor(address, artefact.name)
        if (link === undefined) return failed(`The platform gave no link for ${artefact.name}.`)
        return await putTo(link, artefact.name, { size: artefact.sizeBytes, body: await artefact.open() })
      })
    },

    async ask(jobs) {
      const gone: string[] = []
      for (const job of jobs) {
        const opened = await findReturnAddress(db, { ...site, ...job })
        // Nothing is known of it, so it stays: its deadline will come.
        if (opened === undefined) continue
        const standing = await attempt(() => ask(opened))
        if (standing.kind === 'failed') return standing
        if (standing.kind === 'gone' || UNWANTED.includes(standing.submission.status)) gone.push(job.jobId)
      }
      return { kind: 'answered', gone }
    },
  }
}

function speakerOf({ address }: OpenedAddress) {
  return { submissionId: address.submissionId, secret: address.secret }
}

function standingOf(answer: ServerAnswer): Standing {
  if (answer.status !== 200) return refused(answer)
  const submission = CodabenchSubmission.safeParse(answer.body)
  return submission.success
    ? { kind: 'stands', submission: submission.data }
    : failed('What answered at the address of the platform did not answer as a platform does.')
}

function acceptedIfStanding(standing: Standing): PlatformAnswer {
  return standing.kind === 'stands' ? { kind: 'accepted' } : standing
}

/** The submission is gone (404), or its secret is no longer its secret (403): nobody wants the result. */
function refused({ status }: ServerAnswer): { kind: 'failed'; why: string } {
  const hint = status === 403 || status === 404 ? ' It no longer knows the submission, or its secret.' : ''
  return failed(`The platform answered with HTTP status ${status}.${hint}`)
}

function failed(why: string): { kind: 'failed'; why: string } {
  return { kind: 'failed', why }
}

function withheldText(name: ArtefactName): string {
  return name === 'detailed_results'
    ? `<!doctype html><p>${WITHHELD_SENTENCE}</p>\n`
    : `${WITHHELD_SENTENCE}\n`
}

async function withheldArchive(): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  zip.addBuffer(Buffer.from(`${WITHHELD_SENTENCE}\n`, 'utf8'), 'withheld.txt', {
    mtime: new Date(1980, 0, 1),
    mode: 0o100644,
    compress: false,
  })
  zip.end()
  return await buffer(zip.outputStream)
}
