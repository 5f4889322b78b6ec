import type { CodabenchPrediction } from '@scoregate/protocol/codabench/run-arguments'
import type { Logger } from 'pino'
import { pauseForRetry, type RetryPace } from '../retry.ts'
import type { LinkRewrite } from './codabench-job.ts'
import { type Put, putOff, type Said, sayToPlatform } from './platform-voice.ts'
import { sealPutOff } from './put-off.ts'
import type { StoredTask, TaskStore } from './task-store.ts'

/** `done` also when the platform had heard before, or no longer wants it. */
export type PutOffEnd = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly why: string }

/**
 * Does a prediction job: says `Preparing`, puts the sealed run where predictions are kept, and then says `Scoring`, upon which
 * the platform makes the scoring job; so the archive is there before anybody looks for it (protocol reference, 5.2).
 * `Scoring` makes a scoring job each time it is said: after an answer that did not come, and after a restart, the platform
 * is asked first. Tries for as long as the platform is away. Throws only when `signal` is aborted or the disk fails.
 */
export async function putOffPrediction(given: {
  readonly task: StoredTask
  readonly run: CodabenchPrediction
  readonly runKey: string
  readonly store: TaskStore
  readonly rewrite: LinkRewrite
  readonly log: Logger
  readonly pace: RetryPace
  /** Whether the platform has revoked the task meanwhile: what is said then would bring the submission back. */
  readonly isRevoked: () => boolean
  readonly signal: AbortSignal
}): Promise<PutOffEnd> {
  const { task, run, store, signal } = given
  const speaker = { submissionId: run.submissionId, secret: run.secret }
  const say = (status: 'Preparing' | 'Scoring') =>
    sayToPlatform(run.apiUrl, { kind: 'codabench-status', speaker, status }, signal)
  const ask = () => sayToPlatform(run.apiUrl, { kind: 'codabench-standing', speaker }, signal)

  if (task.state === 'waiting') {
    const prepared = await untilAnswered(given, () => say('Preparing'))
    if (prepared.kind === 'refused') return { kind: 'failed', why: prepared.why }
    const archive = await sealPutOff(given.runKey, task.id, run)
    const put = await untilAnswered(given, () => putOff(given.rewrite(run.predictionResult), archive, signal))
    if (put.kind === 'refused') return { kind: 'failed', why: `the link for predictions: ${put.why}` }
    if (given.isRevoked()) return { kind: 'done' }
    await store.put({ ...task, state: 'saying-scoring' })
    const said = await say('Scoring')
    if (said.kind === 'heard') return { kind: 'done' }
    if (said.kind === 'refused') return { kind: 'failed', why: said.why }
  }
  for (let tries = 1; ; tries += 1) {
    if (given.isRevoked()) return { kind: 'done' }
    const standing = await ask()
    if (standing.kind === 'refused') return { kind: 'failed', why: standing.why }
    // Whatever it is now, it has heard, or somebody has ended it.
    if (standing.kind === 'heard' && standing.status !== 'Preparing') return { kind: 'done' }
    const said = standing.kind === 'heard' ? await say('Scoring') : standing
    if (said.kind === 'heard') return { kind: 'done' }
    if (said.kind === 'refused') return { kind: 'failed', why: said.why }
    given.log.warn({ why: said.why, tries }, 'the platform did not hear that predictions are put off')
    await pauseForRetry(tries, given.pace, signal)
  }
}

async function untilAnswered<Answer extends Said | Put>(
  { log, pace, signal }: { readonly log: Logger; readonly pace: RetryPace; readonly signal: AbortSignal },
  tryOnce: () => Promise<Answer>,
): Promise<Exclude<Answer, { kind: 'unavailable' }>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await tryOnce()
    if (isAnswered(answer)) return answer
    log.warn({ why: 'why' in answer ? answer.why : '', tries }, 'the platform cannot be reached')
    await pauseForRetry(tries, pace, signal)
  }
}

function isAnswered<Answer extends Said | Put>(
  answer: Answer,
): answer is Exclude<Answer, { kind: 'unavailable' }> {
  return answer.kind !== 'unavailable'
}
