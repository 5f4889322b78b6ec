import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { HubDb, HubTables, HubTransaction } from '../migrations/hub-tables.ts'

/** A message that is to be published, with the virtual host it goes to. */
export type DueMessage = Selectable<HubTables['broker_message']> & { readonly vhost: string }

/**
 * Takes a submission onto a queue of Codabench workers: gives it the secret of its workers, and puts its first job into the
 * outbox. All in the transaction that makes it `Submitted`, so that no kill loses a job.
 */
export async function enqueueRun(
  transaction: HubTransaction,
  given: { submissionId: number; queueId: number; now: Date },
): Promise<void> {
  await transaction
    .insertInto('broker_run')
    .values({
      submission_id: given.submissionId,
      queue_id: given.queueId,
      secret: randomUUID(),
      md5: null,
      failure_type: null,
      prediction_host: null,
      scoring_host: null,
      finished_said_at: null,
      scores: null,
      heard_at: null,
    })
    .execute()
  await enqueueTask(transaction, { ...given, kind: 'prediction' })
}

/** Puts a job of a submission into the outbox, once: a second call for the same job changes nothing. */
export async function enqueueTask(
  transaction: HubTransaction,
  given: { submissionId: number; queueId: number; kind: 'prediction' | 'scoring'; now: Date },
): Promise<void> {
  const id = randomUUID()
  await transaction
    .insertInto('broker_message')
    .values({ ...messageOf(given), id, kind: given.kind, task_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Takes back the jobs of a submission that has ended: unpublished ones are dropped, published ones are revoked. */
export async function revokeTasks(
  transaction: HubTransaction,
  { submissionId, now }: { submissionId: number; now: Date },
): Promise<void> {
  const tasks = await transaction
    .selectFrom('broker_message')
    .selectAll()
    .where('submission_id', '=', submissionId)
    .where('kind', '!=', 'revoke')
    .execute()
  for (const task of tasks) {
    if (task.state === 'published') await enqueueRevocation(transaction, task, now)
    else await setMessageState(transaction, task.id, { from: 'due', to: 'dropped' })
  }
}

/**
 * The messages to publish now, in the order in which they came. Those of queues that are being made or deleted wait, and so do
 * jobs of a competition that asks for data-side review: no Codabench worker can promise it, so none may have them.
 */
export function listDue(db: HubDb, limit: number): Promise<DueMessage[]> {
  return db
    .selectFrom('broker_message')
    .innerJoin('broker_queue', 'broker_queue.queue_id', 'broker_message.queue_id')
    .innerJoin('submission', 'submission.id', 'broker_message.submission_id')
    .innerJoin('competition', 'competition.id', 'submission.competition_id')
    .selectAll('broker_message')
    .select('broker_queue.vhost')
    .where('broker_message.state', '=', 'due')
    .where('broker_queue.state', '=', 'ready')
    .where((eb) =>
      eb.or([eb('broker_message.kind', '=', 'revoke'), eb('competition.human_in_the_loop', '=', 0)]),
    )
    .orderBy('broker_message.created_at')
    .limit(limit)
    .execute()
}

/**
 * Notes that the broker has a message. Where the job was taken back while it was on its way, it is revoked now.
 */
export async function markPublished(db: HubDb, message: DueMessage, now: Date): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const isNoted = await setMessageState(transaction, message.id, { from: 'due', to: 'published', now })
    if (!isNoted && message.kind !== 'revoke') await enqueueRevocation(transaction, message, now)
  })
}

/** A job that nobody wants any more, and that was not published. */
export async function dropMessage(db: HubDb, id: string): Promise<void> {
  await setMessageState(db, id, { from: 'due', to: 'dropped' })
}

async function enqueueRevocation(
  transaction: HubTransaction,
  task: { submission_id: number; queue_id: number; task_id: string },
  now: Date,
): Promise<void> {
  const given = { submissionId: task.submission_id, queueId: task.queue_id, now }
  await transaction
    .insertInto('broker_message')
    .values({ ...messageOf(given), id: randomUUID(), kind: 'revoke', task_id: task.task_id })
    .execute()
}

function messageOf({ submissionId, queueId, now }: { submissionId: number; queueId: number; now: Date }) {
  return {
    submission_id: submissionId,
    queue_id: queueId,
    state: 'due' as const,
    created_at: now.toISOString(),
    published_at: null,
  }
}

async function setMessageState(
  db: HubDb,
  id: string,
  change: { from: 'due'; to: 'published' | 'dropped'; now?: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('broker_message')
    .set({
      state: change.to,
      ...(change.now === undefined ? {} : { published_at: change.now.toISOString() }),
    })
    .where('id', '=', id)
    .where('state', '=', change.from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
