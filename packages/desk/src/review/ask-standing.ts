import { JobRef } from '@scoregate/gate/upward-word'
import type { Digest } from '@scoregate/protocol/digest'
import type { Logger } from 'pino'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { PlatformClient } from '../release/platform-client.ts'
import { expireUnwanted } from './expire-holds.ts'

type Waiting = { readonly id: HoldId; readonly jobId: string; readonly attempt: number }

/** The protocol lets one question name so many jobs. */
const JOBS_PER_QUESTION = 1000

/**
 * Asks every platform whether it still wants what waits, and lets lapse what it does not, so that nobody reviews for
 * nothing. A platform that cannot be reached wants everything; it will be asked again. Answers how many lapsed.
 */
export async function askStanding(site: {
  db: DeskDb
  platforms: ReadonlyMap<string, PlatformClient>
  policyDigest: Digest
  clock: () => Date
  log: Logger
}): Promise<number> {
  let lapsed = 0
  for (const [platform, client] of site.platforms) {
    for (const question of questionsAbout(await findWaiting(site.db, platform))) {
      const answer = await client.ask(question.map(({ jobId, attempt }) => JobRef.parse({ jobId, attempt })))
      if (answer.kind === 'failed') {
        site.log.warn({ platform, why: answer.why }, 'The platform could not be asked what it still wants.')
        break
      }
      const gone = new Set(answer.gone)
      for (const hold of question.filter(({ jobId }) => gone.has(jobId))) {
        const isLapsed = await site.db.transaction().execute((transaction) =>
          expireUnwanted(transaction, {
            holdId: hold.id,
            cause: 'cancelled',
            policyDigest: site.policyDigest,
            now: site.clock(),
          }),
        )
        if (isLapsed) lapsed += 1
      }
    }
  }
  return lapsed
}

/**
 * Only what the platform shows as awaiting: a failure that it knows is final there, and its logs are no business of a
 * cancellation. Only what was announced: before that, the platform has nothing to say about it.
 */
async function findWaiting(db: DeskDb, platform: string): Promise<Waiting[]> {
  const rows = await db
    .selectFrom('hold')
    .innerJoin('outbox', 'outbox.hold_id', 'hold.id')
    .select(['hold.id', 'hold.job_id', 'hold.attempt'])
    .where('hold.platform', '=', platform)
    .where('hold.state', '=', 'awaiting')
    .where('outbox.kind', '=', 'awaiting-validation')
    .where('outbox.state', '=', 'done')
    .orderBy('hold.attempt')
    .execute()
  return rows.map((row) => ({ id: HoldId.parse(row.id), jobId: row.job_id, attempt: row.attempt }))
}

/** An answer names jobs without their attempts, so no question may name a job twice. */
function questionsAbout(waiting: readonly Waiting[]): Waiting[][] {
  const questions: { jobs: Set<string>; holds: Waiting[] }[] = []
  for (const hold of waiting) {
    let question = questions.find(
      ({ jobs, holds }) => !jobs.has(hold.jobId) && holds.length < JOBS_PER_QUESTION,
    )
    if (question === undefined) {
      question = { jobs: new Set(), holds: [] }
      questions.push(question)
    }
    question.jobs.add(hold.jobId)
    question.holds.push(hold)
  }
  return questions.map(({ holds }) => holds)
}
