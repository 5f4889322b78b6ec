import type { Logger } from 'pino'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import type { LiveLogs } from './live-logs.ts'
import { revokeTasks } from './messages.ts'
import { RUN_LINK_SECONDS } from './run-links.ts'
import { LAST_WORDS_SECONDS, type RunRecord } from './run-record.ts'

/** How long after it has said Finished a worker may take to post the scores. */
const SCORES_SECONDS = 3600
/** A worker that was silent for so long beyond the time limit has vanished; Codabench's hub counts the same. */
const SILENCE_SECONDS = 86_400

type OpenRun = Pick<RunRecord, 'submission_id' | 'status' | 'finished_said_at' | 'heard_at'> & {
  readonly newestJob: string
  readonly publishedAt: string | null
  readonly timeLimitSeconds: number
}

/**
 * Ends the submissions on queues of Codabench workers that nobody else will end: whose worker said Finished and posted nothing,
 * fell silent, or never came before the links of the job ended. Erases the secrets of those that are long over.
 */
export async function sweepRuns(given: {
  db: HubDb
  clock: () => Date
  log: Logger
  liveLogs: LiveLogs
}): Promise<void> {
  const { db, clock, log, liveLogs } = given
  const now = clock()
  const ended = await db.transaction().execute(async (transaction) => {
    await eraseSecrets(transaction, now)
    const lost = (await listOpen(transaction)).flatMap((run) => {
      const reason = whyLost(run, now)
      return reason === undefined ? [] : [{ submissionId: run.submission_id, reason }]
    })
    for (const { submissionId, reason } of lost) {
      await moveSubmission(transaction, submissionId, 'Failed', { now, reason })
      await revokeTasks(transaction, { submissionId, now })
    }
    return lost
  })
  for (const { submissionId } of ended) liveLogs.drop(submissionId)
  if (ended.length > 0)
    log.error({ ended }, 'Submissions were given up, since no Codabench worker ended them.')
}

/** Why nobody will end a run any more; `undefined` where its worker still may. */
function whyLost(run: OpenRun, now: Date): 'no-scores' | 'no-worker' | 'worker-failed' | undefined {
  const secondsSince = (time: string) => (now.getTime() - new Date(time).getTime()) / 1000
  if (run.finished_said_at !== null && secondsSince(run.finished_said_at) > SCORES_SECONDS) return 'no-scores'
  const isHeard = run.heard_at !== null && run.publishedAt !== null && run.heard_at > run.publishedAt
  const silence = SILENCE_SECONDS + run.timeLimitSeconds
  const isRunning = run.status !== 'Submitted' && run.status !== 'Awaiting validation'
  if (isRunning && isHeard && secondsSince(run.heard_at ?? '') > silence) return 'worker-failed'
  if (secondsSince(run.publishedAt ?? run.newestJob) <= RUN_LINK_SECONDS) return undefined
  return run.status === 'Submitted' ? 'no-worker' : 'worker-failed'
}

async function listOpen(transaction: HubTransaction): Promise<OpenRun[]> {
  const rows = await transaction
    .selectFrom('broker_run')
    .innerJoin('submission', 'submission.id', 'broker_run.submission_id')
    .innerJoin('phase', 'phase.id', 'submission.phase_id')
    .innerJoin('broker_message', 'broker_message.submission_id', 'broker_run.submission_id')
    .select([
      'broker_run.submission_id',
      'broker_run.finished_said_at',
      'broker_run.heard_at',
      'submission.status',
      'phase.time_limit_seconds as timeLimitSeconds',
      'broker_message.created_at as newestJob',
      'broker_message.published_at as publishedAt',
    ])
    .where('submission.status', 'not in', ['Finished', 'Failed', 'Cancelled'])
    .where('broker_message.kind', '!=', 'revoke')
    .orderBy('broker_message.created_at')
    .execute()
  // A scoring job is newer than the prediction job of the same submission.
  return [...new Map(rows.map((row) => [row.submission_id, row])).values()]
}

async function eraseSecrets(transaction: HubTransaction, now: Date): Promise<void> {
  const before = new Date(now.getTime() - LAST_WORDS_SECONDS * 1000).toISOString()
  await transaction
    .updateTable('broker_run')
    .set({ secret: null })
    .where('secret', 'is not', null)
    .where('submission_id', 'in', (eb) =>
      eb.selectFrom('submission').select('submission.id').where('submission.finished_at', '<', before),
    )
    .execute()
}
