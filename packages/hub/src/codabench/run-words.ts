import { SubmissionStatus as Status, type SubmissionStatus } from '@scoregate/protocol/submission-status'
import { z } from 'zod'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import { failureReason } from './failure-reason.ts'
import { enqueueTask } from './messages.ts'
import type { RunRecord } from './run-record.ts'
import { finishIfWhole } from './run-scores.ts'

/** Longer texts of workers are cut: they are for an organizer to read, and a traceback is not. */
const LONGEST_NOTE = 1000
/** As many texts of workers as are kept of one submission. */
const MOST_NOTES = 20

/** A worker of generation 1 sends `null` for nothing nowhere; JSON clients of others may. */
const optionalText = z
  .string()
  .max(1_000_000)
  .nullish()
  .transform((text) => text ?? undefined)

/** What a worker may say of a submission, and nothing else: every other field is left alone (protocol reference, 3.1). */
export const RunWord = z.object({
  secret: z.string().max(64),
  status: Status.nullish().transform((status) => status ?? undefined),
  status_details: optionalText,
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullish()
    .transform((md5) => md5 ?? undefined),
  type: z
    .enum(['Docker_Image_Pull_Fail', 'Execution_Time_Limit_Exceeded'])
    .nullish()
    .transform((type) => type ?? undefined),
  error_message: optionalText,
  is_scoring: z
    .union([z.boolean(), z.enum(['True', 'False', 'true', 'false'])])
    .nullish()
    .transform((text) => text ?? undefined),
})
export type RunWord = z.infer<typeof RunWord>

/** Whether a word says nothing: its sender wants to know how the submission stands. */
export function isQuestion({ secret: _, ...said }: RunWord): boolean {
  return Object.values(said).every((value) => value === undefined)
}

/**
 * Does what a worker says, as far as it may: every status goes through the table of transitions, and one that may not follow
 * changes nothing. That is no error to the worker, since generation 1 says Preparing after Running, Running while the submission
 * is Scoring, Failed twice, and all of it again after a redelivery, and gives up a run on any answer but 200.
 */
export async function applyWord(
  transaction: HubTransaction,
  run: RunRecord & { readonly standing: 'open' | 'ended' },
  word: RunWord,
  now: Date,
): Promise<void> {
  await noteTexts(transaction, run, word, now)
  await transaction
    .updateTable('broker_run')
    .set({
      heard_at: now.toISOString(),
      ...(word.md5 === undefined ? {} : { md5: word.md5 }),
      ...(word.type === undefined ? {} : { failure_type: word.type }),
    })
    .where('submission_id', '=', run.submission_id)
    .execute()
  if (word.status === undefined || run.standing === 'ended') return
  const said = { ...run, failure_type: word.type ?? run.failure_type }
  await applyStatus(transaction, said, { status: word.status, text: word.status_details, now })
}

async function applyStatus(
  transaction: HubTransaction,
  run: RunRecord,
  { status, text, now }: { status: SubmissionStatus; text: string | undefined; now: Date },
): Promise<void> {
  const id = run.submission_id
  switch (status) {
    // Those are not for a worker to say.
    case 'Submitting':
    case 'Submitted':
    case 'Cancelled':
      return
    case 'Preparing':
    case 'Awaiting validation':
      await moveSubmission(transaction, id, status, { now })
      return
    case 'Running':
      // Generation 1 begins with it; Running cannot follow Submitted.
      await moveSubmission(transaction, id, 'Preparing', { now })
      await moveSubmission(transaction, id, 'Running', { now })
      return
    case 'Scoring':
      await moveSubmission(transaction, id, 'Preparing', { now })
      if (await moveSubmission(transaction, id, 'Scoring', { now })) {
        await enqueueTask(transaction, { submissionId: id, queueId: run.queue_id, kind: 'scoring', now })
      }
      return
    case 'Finished':
      await transaction
        .updateTable('broker_run')
        .set((eb) => ({ finished_said_at: eb.fn.coalesce('finished_said_at', eb.val(now.toISOString())) }))
        .where('submission_id', '=', id)
        .execute()
      await finishIfWhole(transaction, id, now)
      return
    case 'Failed':
      await moveSubmission(transaction, id, 'Failed', { now, reason: failureReason(run, text) })
      return
  }
}

/** Keeps the name of the worker's host, and its texts for the organizer. */
async function noteTexts(
  transaction: HubTransaction,
  run: RunRecord,
  word: RunWord,
  now: Date,
): Promise<void> {
  const host = /(ingestion|scoring)_hostname-?(.*)/s.exec(word.status_details ?? '')
  if (host !== null) {
    const column = host[1] === 'scoring' ? 'scoring_host' : 'prediction_host'
    await transaction
      .updateTable('broker_run')
      .set({ [column]: (host[2] ?? '').slice(0, 64) })
      .where('submission_id', '=', run.submission_id)
      .execute()
  }
  const texts = [host === null ? word.status_details : undefined, word.error_message]
  for (const text of texts) await noteText(transaction, run.submission_id, text, now)
}

/** Keeps a text about a run for the organizer, shortened; no more than so many of one run. */
export async function noteText(
  transaction: HubTransaction,
  submissionId: number,
  text: string | undefined,
  now: Date,
): Promise<void> {
  if (text === undefined || text === '') return
  const { count } = await transaction
    .selectFrom('run_note')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('submission_id', '=', submissionId)
    .executeTakeFirstOrThrow()
  if (count >= MOST_NOTES) return
  const shown = text.length > LONGEST_NOTE ? `${text.slice(0, LONGEST_NOTE)} …` : text
  await transaction
    .insertInto('run_note')
    .values({ submission_id: submissionId, text: shown, at: now.toISOString() })
    .execute()
}
