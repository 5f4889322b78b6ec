import type { Person } from '@scoregate/web/accounts'
import type { CompetitionRow } from '../competitions/load-competition.ts'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'
import { getVisiblePhase } from '../phases/phases.ts'
import { enqueueSubmission, promisesReview } from '../queues/enqueue-submission.ts'
import { notFound, refusal } from '../refusals.ts'
import { submissionAllowance } from './allowance.ts'
import { moveSubmission } from './move-submission.ts'

export type NewSubmission = {
  readonly phaseId: number
  readonly dataKey: string
  readonly taskIds?: readonly number[] | undefined
  readonly factSheetAnswers?: unknown
}

/**
 * Makes a submission of an uploaded and checked file. Throws when the phase or the quota does not allow it; the check
 * and the row are one transaction, so that two requests at once cannot share the last place.
 */
export async function createSubmission(
  { db, clock }: { db: HubDb; clock: () => Date },
  wanted: NewSubmission,
  person: Person,
): Promise<{ id: number; isQueued: boolean }> {
  const now = clock()
  return db.transaction().execute(async (transaction) => {
    const { row: phase, standing } = await getVisiblePhase(transaction, wanted.phaseId, person)
    const allowance = await submissionAllowance(transaction, { phase, standing, personId: person.id, now })
    if (!allowance.allowed) {
      const isQuota = allowance.reason?.startsWith('You have used') ?? false
      throw refusal(
        isQuota ? 'limit-reached' : 'not-allowed',
        isQuota ? 'quota-used' : 'cannot-submit',
        allowance.reason ?? 'You cannot submit to this phase now.',
        isQuota ? 'Submit again when your quota allows it.' : 'See the page of the competition.',
      )
    }
    const datasetId = await getReadyDataset(transaction, wanted.dataKey, person)
    const tasks = await chooseTasks(transaction, phase.id, wanted.taskIds)
    const competition = await transaction
      .selectFrom('competition')
      .selectAll()
      .where('id', '=', phase.competition_id)
      .executeTakeFirstOrThrow()
    const id = await insertSubmission(transaction, {
      competitionId: competition.id,
      phaseId: phase.id,
      ownerId: person.id,
      datasetId,
      taskIds: tasks,
      factSheetAnswers: wanted.factSheetAnswers,
      now,
    })
    // One that cannot be queued as the organizer wants it waits for the organizer, who is told why.
    const isQueued =
      competition.auto_run_submissions === 1 &&
      (await queueSubmission(transaction, id, competition, now)) === 'queued'
    return { id, isQueued }
  })
}

/** Inserts a submission and, if it runs on several tasks, one child for each. */
export async function insertSubmission(
  transaction: HubTransaction,
  given: {
    competitionId: number
    phaseId: number
    ownerId: number
    datasetId: number
    taskIds: readonly number[]
    factSheetAnswers: unknown
    now: Date
  },
): Promise<number> {
  const at = given.now.toISOString()
  const insert = async (taskId: number | null, parentId: number | null): Promise<number> => {
    const { id } = await transaction
      .insertInto('submission')
      .values({
        competition_id: given.competitionId,
        phase_id: given.phaseId,
        owner_id: given.ownerId,
        dataset_id: given.datasetId,
        parent_id: parentId,
        task_id: taskId,
        status: 'Submitting',
        reason: null,
        sentence: null,
        fact_sheet_answers:
          given.factSheetAnswers === undefined ? null : JSON.stringify(given.factSheetAnswers),
        created_at: at,
        started_at: null,
        finished_at: null,
        released_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await transaction
      .insertInto('status_change')
      .values({ submission_id: id, status: 'Submitting', at })
      .execute()
    return id
  }
  const [onlyTask, ...others] = given.taskIds
  if (onlyTask === undefined) throw new Error('A submission needs a task.')
  if (others.length === 0) return insert(onlyTask, null)
  const parentId = await insert(null, null)
  for (const taskId of given.taskIds) await insert(taskId, parentId)
  return parentId
}

/** What came of queueing a submission. */
export type Queueing = 'queued' | 'already-started' | 'review-not-promised'

/** Puts a submission, or each of its children, into the queue of its competition, unless its workers may not have it. */
export async function queueSubmission(
  transaction: HubTransaction,
  id: number,
  competition: CompetitionRow,
  now: Date,
): Promise<Queueing> {
  const children = await transaction
    .selectFrom('submission')
    .select('id')
    .where('parent_id', '=', id)
    .orderBy('id')
    .execute()
  const runs = children.length > 0 ? children.map((child) => child.id) : [id]
  const { status } = await transaction
    .selectFrom('submission')
    .select('status')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (status !== 'Submitting') return 'already-started'
  if (!(await promisesReview(transaction, competition))) return 'review-not-promised'
  for (const submissionId of runs) {
    if (await moveSubmission(transaction, submissionId, 'Submitted', { now })) {
      await enqueueSubmission(transaction, { submissionId, queueId: competition.queue_id, now })
    }
  }
  return 'queued'
}

async function getReadyDataset(db: HubDb, key: string, person: Person): Promise<number> {
  const dataset = await db
    .selectFrom('dataset')
    .select(['id', 'state', 'type'])
    .where('key', '=', key)
    .where('owner_id', '=', person.id)
    .executeTakeFirst()
  if (dataset === undefined) throw notFound('upload')
  if (dataset.state === 'ready' && dataset.type === 'submission') return dataset.id
  throw refusal(
    'bad-input',
    'upload-not-ready',
    'The file of this upload cannot be submitted: it was not completed, was refused, or is not a submission.',
    'Upload it as a submission and complete the upload, then submit it.',
  )
}

async function chooseTasks(
  db: HubDb,
  phaseId: number,
  wanted: readonly number[] | undefined,
): Promise<readonly number[]> {
  const tasks = await db
    .selectFrom('phase_task')
    .select('task_id')
    .where('phase_id', '=', phaseId)
    .orderBy('position')
    .execute()
  const all = tasks.map((task) => task.task_id)
  if (wanted === undefined || wanted.length === 0) return all
  const foreign = wanted.filter((id) => !all.includes(id))
  if (foreign.length === 0) return all.filter((id) => wanted.includes(id))
  throw refusal(
    'bad-input',
    'unknown-task',
    `The tasks ${foreign.join(', ')} are not part of this phase.`,
    `Choose from: ${all.join(', ')}.`,
  )
}
