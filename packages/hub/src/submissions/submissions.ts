import { Digest } from '@scoregate/protocol/digest'
import { isFinal, SubmissionStatus } from '@scoregate/protocol/submission-status'
import type { Person } from '@scoregate/web/accounts'
import type { LiveLogs } from '../codabench/live-logs.ts'
import { revokeTasks } from '../codabench/messages.ts'
import { getVisibleCompetition } from '../competitions/load-competition.ts'
import type { FileLinks } from '../files/file-links.ts'
import type { Hub } from '../hub.ts'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'
import { getVisiblePhase } from '../phases/phases.ts'
import { reviewNotPromised } from '../queues/enqueue-submission.ts'
import type { WakeUps } from '../queues/job-queue.ts'
import { endJob } from '../queues/leases.ts'
import { notAllowed, notFound, refusal } from '../refusals.ts'
import { getReceipt, getReleasedScores } from '../releases/load-receipts.ts'
import { submissionAllowance } from './allowance.ts'
import { createSubmission, insertSubmission, queueSubmission } from './create-submission.ts'
import { loadSubmissionViews } from './load-submission-views.ts'
import { moveSubmission } from './move-submission.ts'
import type { SubmissionView } from './submission-view.ts'
import { getVisibleSubmission, type VisibleSubmission } from './visible-submission.ts'

/** More than anybody reads; scripts filter by phase and status. */
const MAX_LISTED = 1000

export function createSubmissions(given: {
  db: HubDb
  clock: () => Date
  links: FileLinks
  wakeUps: WakeUps
  liveLogs: LiveLogs
}): Hub['submissions'] {
  const { db, clock, links, wakeUps, liveLogs } = given

  async function view(id: number, viewer: Person): Promise<SubmissionView> {
    const [found] = await loadSubmissionViews(given, [id], viewer)
    if (found === undefined) throw notFound('submission')
    return found
  }

  async function getOrganized(id: number, person: Person): Promise<VisibleSubmission> {
    const found = await getVisibleSubmission(db, id, person)
    if (!found.isOrganizer) {
      throw notAllowed('Only an organizer of the competition can do this.', 'Ask the organizer.')
    }
    if (found.row.parent_id !== null) {
      throw refusal(
        'conflict',
        'part-of-a-submission',
        'This is the run of one task of a submission.',
        `Use submission ${found.row.parent_id}.`,
      )
    }
    return found
  }

  return {
    async create(wanted, person) {
      const { id, isQueued } = await createSubmission({ db, clock }, wanted, person)
      if (isQueued) wakeUps.wake()
      return view(id, person)
    },

    async get(id, viewer) {
      await getVisibleSubmission(db, id, viewer)
      if (viewer === undefined) throw notFound('submission')
      return view(id, viewer)
    },

    async list({ competitionId, phaseId, mine, status }, viewer) {
      const wanted = SubmissionStatus.safeParse(status)
      if (status !== undefined && !wanted.success) {
        throw refusal(
          'bad-input',
          'unknown-status',
          `"${status.slice(0, 40)}" is not a status.`,
          `Use one of: ${SubmissionStatus.options.join(', ')}.`,
        )
      }
      if (competitionId !== undefined) await getVisibleCompetition(db, competitionId, viewer)
      const rows = await db
        .selectFrom('submission')
        .innerJoin('competition', 'competition.id', 'submission.competition_id')
        .select('submission.id')
        .where('submission.parent_id', 'is', null)
        .where((eb) =>
          mine === true
            ? eb('submission.owner_id', '=', viewer.id)
            : eb.or([
                eb('submission.owner_id', '=', viewer.id),
                eb('competition.organizer_id', '=', viewer.id),
              ]),
        )
        .$if(competitionId !== undefined, (query) =>
          query.where('submission.competition_id', '=', competitionId ?? 0),
        )
        .$if(phaseId !== undefined, (query) => query.where('submission.phase_id', '=', phaseId ?? 0))
        .$if(wanted.success, (query) =>
          wanted.success ? query.where('submission.status', '=', wanted.data) : query,
        )
        .orderBy('submission.id', 'desc')
        .limit(MAX_LISTED)
        .execute()
      return loadSubmissionViews(
        given,
        rows.map((row) => row.id),
        viewer,
      )
    },

    async run(id, person) {
      const { competition } = await getOrganized(id, person)
      const queueing = await db
        .transaction()
        .execute((transaction) => queueSubmission(transaction, id, competition, clock()))
      if (queueing === 'review-not-promised') throw reviewNotPromised()
      if (queueing === 'already-started') {
        throw refusal(
          'conflict',
          'already-started',
          'This submission is not waiting to be run.',
          'To run it once more, re-run it.',
        )
      }
      wakeUps.wake()
      return view(id, person)
    },

    async rerun(id, person) {
      const { row, competition } = await getOrganized(id, person)
      if (!isFinal(row.status)) {
        throw refusal(
          'conflict',
          'not-over',
          'A submission can be run again when it is finished, failed or cancelled.',
          'Wait, or cancel it.',
        )
      }
      const newId = await db.transaction().execute(async (transaction) => {
        const copy = await insertSubmission(transaction, {
          competitionId: row.competition_id,
          phaseId: row.phase_id,
          ownerId: row.owner_id,
          datasetId: row.dataset_id,
          taskIds: await tasksOf(transaction, row),
          factSheetAnswers: row.fact_sheet_answers === null ? undefined : JSON.parse(row.fact_sheet_answers),
          now: clock(),
        })
        await queueSubmission(transaction, copy, competition, clock())
        return copy
      })
      wakeUps.wake()
      return view(newId, person)
    },

    async cancel(id, person) {
      await getVisibleSubmission(db, id, person)
      const cancelled = await db.transaction().execute(async (transaction) => {
        const children = await transaction
          .selectFrom('submission')
          .select('id')
          .where('parent_id', '=', id)
          .execute()
        for (const child of children) await cancelOne(transaction, child.id, clock())
        const { status } = await transaction
          .selectFrom('submission')
          .select('status')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        return (await cancelOne(transaction, id, clock())) || (children.length > 0 && status === 'Cancelled')
      })
      if (cancelled) {
        wakeUps.wake()
        liveLogs.drop(id)
      }
      return { cancelled }
    },

    async remainingToday(phaseId, person) {
      const { row, standing } = await getVisiblePhase(db, phaseId, person)
      return submissionAllowance(db, { phase: row, standing, personId: person.id, now: clock() })
    },

    async fileHref(id, person) {
      const { row } = await getVisibleSubmission(db, id, person)
      const dataset = await db
        .selectFrom('dataset')
        .select(['sha256', 'file_name'])
        .where('id', '=', row.dataset_id)
        .executeTakeFirstOrThrow()
      return links.href({
        sha256: Digest.parse(dataset.sha256),
        fileName: dataset.file_name,
        mediaType: 'application/zip',
        disposition: 'attachment',
      })
    },

    async receipt(id, viewer, outcome) {
      await getVisibleSubmission(db, id, viewer)
      return getReceipt(db, id, outcome)
    },

    async releasedScores(id, viewer) {
      const { row, isOrganizer } = await getVisibleSubmission(db, id, viewer)
      return getReleasedScores(db, { id, competitionId: row.competition_id }, { isOrganizer })
    },
  }
}

async function tasksOf(
  transaction: HubTransaction,
  row: { id: number; task_id: number | null },
): Promise<number[]> {
  if (row.task_id !== null) return [row.task_id]
  const children = await transaction
    .selectFrom('submission')
    .select('task_id')
    .where('parent_id', '=', row.id)
    .orderBy('id')
    .execute()
  return children.flatMap((child) => (child.task_id === null ? [] : [child.task_id]))
}

/** Its job ends with it, so that nothing of a worker or desk can reach the submission any more. */
async function cancelOne(transaction: HubTransaction, id: number, now: Date): Promise<boolean> {
  const isCancelled = await moveSubmission(transaction, id, 'Cancelled', { now })
  const job = await transaction
    .selectFrom('job')
    .select('id')
    .where('submission_id', '=', id)
    .where('state', '!=', 'done')
    .executeTakeFirst()
  if (isCancelled && job !== undefined) await endJob(transaction, job.id, 'cancelled')
  if (isCancelled) await revokeTasks(transaction, { submissionId: id, now })
  return isCancelled
}
