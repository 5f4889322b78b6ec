import { writeRevoke } from '@scoregate/protocol/codabench/celery-control'
import { JOB_PRIORITY, writeCeleryTask } from '@scoregate/protocol/codabench/celery-message'
import { writeRunArguments } from '@scoregate/protocol/codabench/write-run-arguments'
import type { Logger } from 'pino'
import type { FileLinks } from '../files/file-links.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import type { WakeUps } from '../queues/job-queue.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import type { Broker } from './broker.ts'
import { describeRun } from './describe-run.ts'
import { type DueMessage, dropMessage, listDue, markPublished } from './messages.ts'
import type { RunLinks } from './run-links.ts'
import { noteText } from './run-words.ts'

/** A worker ends a run by itself at its limit; Celery ends one that hangs so much later (protocol reference, 1.2). */
const SOFT_LIMIT_EXTRA_SECONDS = 1200
const DUE_AT_ONCE = 200
/** What an organizer reads beside a submission whose job cannot be made. */
const UNPUBLISHABLE =
  'The hub could not make the job of this submission from its records, so no worker was asked. The log of the hub says why. Run it again, and if that fails, too, upload its files anew.'
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 15_000

export type Publisher = ReturnType<typeof createPublisher>

/**
 * Publishes the outbox to the broker, in order for each queue, again and again until the broker has confirmed each message. A
 * message keeps its id whatever happens: killed between the confirmation and its note, the hub publishes it once more as the same
 * task, which workers and hub tolerate as they tolerate a redelivery.
 */
export function createPublisher(given: {
  db: HubDb
  clock: () => Date
  log: Logger
  broker: Broker
  links: FileLinks
  runLinks: RunLinks
  publicUrl: () => string
  wakeUps: WakeUps
  /** How long to wait before looking for messages that nobody announced. */
  idleMs: number
}) {
  const { db, log, clock, broker, wakeUps, idleMs } = given
  const stopped = new AbortController()
  /** Queues that could not be reached: when to try again, in `performance.now()`. */
  const pauses = new Map<string, { until: number; length: number }>()

  async function publish(message: DueMessage): Promise<void> {
    if (message.kind === 'revoke') {
      await broker.publishControl(message.vhost, message.id, writeRevoke(message.task_id, clock()))
      return markPublished(db, message, clock())
    }
    const described = await describeRun(given, message).catch((error: unknown) => {
      if (isOfDatabase(error)) throw error
      return giveUp(message, error)
    })
    switch (described.kind) {
      case 'unwanted':
        return dropMessage(db, message.id)
      case 'review-not-promised':
        // Only where the organizer asked for it this very moment; the outbox does not offer such a job again.
        return
      case 'run': {
        const task = writeCeleryTask({
          id: message.id,
          runArguments: writeRunArguments(described.run),
          softLimitSeconds: described.run.timeLimitSeconds + SOFT_LIMIT_EXTRA_SECONDS,
          priority: JOB_PRIORITY[described.run.kind],
        })
        await broker.publishTask(message.vhost, message.id, task)
        return markPublished(db, message, clock())
      }
    }
  }

  /**
   * Fails the submission of a job that no worker can be told, so that those behind it in the queue go on. What stands in the
   * records would be the same at every try.
   */
  async function giveUp(message: DueMessage, error: unknown): Promise<{ kind: 'unwanted' }> {
    log.error(
      { err: error, submission: message.submission_id },
      'The job of a submission cannot be published.',
    )
    const id = message.submission_id
    await db.transaction().execute(async (transaction) => {
      const now = clock()
      await noteText(transaction, id, UNPUBLISHABLE, now)
      await moveSubmission(transaction, id, 'Failed', { now, reason: 'worker-failed' })
    })
    return { kind: 'unwanted' }
  }

  async function publishTo(vhost: string, messages: readonly DueMessage[]): Promise<void> {
    try {
      for (const message of messages) await publish(message)
      if (pauses.delete(vhost)) log.info({ vhost }, 'The broker takes messages of this queue again.')
    } catch (error) {
      const length = Math.min(LONGEST_PAUSE_MS, (pauses.get(vhost)?.length ?? FIRST_PAUSE_MS / 2) * 2)
      if (!pauses.has(vhost)) log.warn({ err: error, vhost }, 'The broker does not take messages; they wait.')
      pauses.set(vhost, { until: performance.now() + length, length })
    }
  }

  async function publishDue(): Promise<void> {
    const due = await listDue(db, DUE_AT_ONCE)
    const reachable = [...new Set(due.map((message) => message.vhost))].filter(
      (vhost) => (pauses.get(vhost)?.until ?? 0) <= performance.now(),
    )
    const ofQueue = (vhost: string) => due.filter((message) => message.vhost === vhost)
    await Promise.all(reachable.map((vhost) => publishTo(vhost, ofQueue(vhost))))
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      // Listen first, look second: a message that comes in between must not be overlooked.
      const woken = wakeUps.wait(idleMs, stopped.signal)
      await publishDue().catch((error) => log.error({ err: error }, 'The outbox could not be read.'))
      await woken
    }
  }

  const running = run()
  return {
    /** Resolves when nothing is being published any more. */
    async stop(): Promise<void> {
      stopped.abort()
      await running
    },
  }
}

/** A database that is busy or whose disk fails says nothing of the one row. */
function isOfDatabase(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).includes('SQLITE')
}
