import type { CanonicalScore } from '@scoregate/protocol/columns'
import type { Digest } from '@scoregate/protocol/digest'
import { Digest as DigestSchema } from '@scoregate/protocol/digest'
import { isFinal, type SubmissionStatus } from '@scoregate/protocol/submission-status'
import type { Blobs } from '@scoregate/storage/blobs'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'
import type { WakeUps } from '../queues/job-queue.ts'
import { refusal } from '../refusals.ts'
import type { LiveLogKind, LiveLogs } from './live-logs.ts'
import type { RunLink } from './run-links.ts'
import { findRun, getRunOf, getSpokenFor, isSecretOf, standingOf } from './run-record.ts'
import { takeScores } from './run-scores.ts'
import { applyWord, isQuestion, noteText, type RunWord } from './run-words.ts'

export type Runs = ReturnType<typeof createRuns>

/** A submission as its worker is answered. */
export type RunView = {
  readonly id: number
  readonly phaseId: number
  readonly status: SubmissionStatus
  readonly fileName: string
  readonly md5: string | undefined
  readonly createdAt: Date
  readonly scores: readonly CanonicalScore[]
}

/** What workers of a Codabench queue may do with a submission, by its secret or a link of it (protocol reference, 3). */
export function createRuns(given: {
  db: HubDb
  blobs: Blobs
  clock: () => Date
  wakeUps: WakeUps
  liveLogs: LiveLogs
}) {
  const { db, blobs, clock, wakeUps, liveLogs } = given

  async function mayPut(submissionId: number): Promise<boolean> {
    const run = await findRun(db, submissionId)
    return run !== undefined && standingOf(run, clock()) !== 'over'
  }

  return {
    /** What a worker says, and how the submission is then. */
    async hear(submissionId: number, word: RunWord): Promise<RunView> {
      const view = await db.transaction().execute(async (transaction) => {
        const now = clock()
        const speaker = { submissionId, secret: word.secret, now }
        // Who only asks how it stands is told so of a cancelled submission, too.
        if (isQuestion(word)) await getRunOf(transaction, speaker)
        else await applyWord(transaction, await getSpokenFor(transaction, speaker), word, now)
        return loadView(transaction, submissionId)
      })
      wakeUps.wake()
      if (!(await this.isOpen(submissionId))) liveLogs.drop(submissionId)
      return view
    },

    /** The scores of a run. Throws `bad-input` where they cannot be read; the run has failed then. */
    async takeScores(
      submissionId: number,
      { secret, scores }: { secret: string; scores: Readonly<Record<string, unknown>> },
    ): Promise<void> {
      const reading = await db.transaction().execute(async (transaction) => {
        const now = clock()
        const run = await getSpokenFor(transaction, { submissionId, secret, now })
        const taken = await takeScores(transaction, run, scores, now)
        if (taken?.kind === 'unreadable') {
          const columns = taken.columns.join(', ') || 'no column of the leaderboard is among them'
          await noteText(transaction, submissionId, `Scores that cannot be used: ${columns}.`, now)
        }
        return taken
      })
      if (!(await this.isOpen(submissionId))) liveLogs.drop(submissionId)
      if (reading?.kind !== 'unreadable') return
      throw refusal(
        'bad-input',
        'scores-unreadable',
        'These scores are no numbers for the columns of the leaderboard, so the submission has failed.',
        'Post a plain number within its range for the declared columns.',
        reading.columns.map((column) => ({
          where: column,
          what: 'is no number within the range of its column',
          remedy: 'Let the scoring program write one.',
        })),
      )
    },

    /** Whether a submission still needs its inputs. */
    async isOpen(submissionId: number): Promise<boolean> {
      const run = await findRun(db, submissionId)
      return run !== undefined && standingOf(run, clock()) === 'open'
    },

    /**
     * Whether a worker may open a socket for its live log: with the secret, also after the end. A generation 1 worker that is
     * refused leaves its container running (protocol reference, 3.2); what it sends is dropped.
     */
    async mayLog(given: { submissionId: number; userId: number; secret: string }): Promise<boolean> {
      const run = await findRun(db, given.submissionId)
      return run !== undefined && run.ownerId === given.userId && isSecretOf(run, given.secret)
    },

    /** Keeps a piece of a live log, while the submission runs. */
    async log(submissionId: number, entry: { kind: LiveLogKind; text: string }): Promise<void> {
      if (await this.isOpen(submissionId)) liveLogs.append(submissionId, entry)
    },

    /**
     * Stores what a worker puts behind a link. Once the submission has ended, what is missing may still come, and what is there
     * stays as it is: a job that is repeated after a redelivery does not exchange a result under its scores. Throws
     * `not-allowed` when the link has ended with its submission.
     */
    async putFile(
      { submissionId, name }: RunLink,
      body: AsyncIterable<Uint8Array>,
      maxBytes: number,
    ): Promise<void> {
      if (!(await mayPut(submissionId))) throw linkOver()
      const stored = await blobs.put(body, { maxBytes })
      await db.transaction().execute(async (transaction) => {
        const now = clock()
        const run = await findRun(transaction, submissionId)
        const standing = run === undefined ? 'over' : standingOf(run, now)
        // The upload may have taken long.
        if (standing === 'over') throw linkOver()
        const file = { sha256: stored.sha256, size_bytes: stored.sizeBytes, put_at: now.toISOString() }
        const insert = transaction
          .insertInto('run_file')
          .values({ submission_id: submissionId, name, ...file })
        await insert
          .onConflict((conflict) => {
            const known = conflict.columns(['submission_id', 'name'])
            return standing === 'open' ? known.doUpdateSet(file) : known.doNothing()
          })
          .execute()
      })
    },

    /** The predictions for a worker that scores them; `empty` stands for what was not put yet, as on Codabench. */
    async findFile({ submissionId, name }: RunLink): Promise<Digest | 'empty'> {
      if (!(await this.isOpen(submissionId))) throw linkOver()
      const file = await db
        .selectFrom('run_file')
        .select('sha256')
        .where('submission_id', '=', submissionId)
        .where('name', '=', name)
        .executeTakeFirst()
      return file === undefined ? 'empty' : DigestSchema.parse(file.sha256)
    },
  }
}

async function loadView(transaction: HubTransaction, id: number): Promise<RunView> {
  const row = await transaction
    .selectFrom('submission')
    .innerJoin('broker_run', 'broker_run.submission_id', 'submission.id')
    .innerJoin('dataset', 'dataset.id', 'submission.dataset_id')
    .select([
      'submission.phase_id',
      'submission.status',
      'submission.created_at',
      'broker_run.md5',
      'broker_run.finished_said_at',
      'dataset.file_name',
    ])
    .where('submission.id', '=', id)
    .executeTakeFirstOrThrow()
  const scores = await transaction
    .selectFrom('score')
    .select(['column_key as column', 'value'])
    .where('submission_id', '=', id)
    .execute()
  const isSaidFinished = row.finished_said_at !== null && !isFinal(row.status)
  return {
    id,
    phaseId: row.phase_id,
    // To its worker it is what the worker has just said, although its scores are still to come.
    status: isSaidFinished ? 'Finished' : row.status,
    fileName: row.file_name,
    md5: row.md5 ?? undefined,
    createdAt: new Date(row.created_at),
    scores,
  }
}

function linkOver() {
  return refusal(
    'not-allowed',
    'bad-run-link',
    'This link is not valid, or no longer.',
    'Drop the job; its submission is over.',
  )
}
