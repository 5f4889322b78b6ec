import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { CompetitionView } from '../competitions/competition-view.ts'
import type { SubmissionView } from '../submissions/submission-view.ts'
import { leaderboardSettingsShape } from './competition-shapes.ts'

/** Codabench's spelling of a submission; `status_details` is the fixed sentence of a failure and nothing else. */
export function submissionShape(submission: SubmissionView, columns: ReadonlyMap<string, number>): object {
  return {
    id: submission.id,
    pk: submission.id,
    phase: submission.phase.id,
    phase_name: submission.phase.name,
    competition: submission.competitionId,
    name: null,
    filename: submission.fileName,
    file_size: submission.sizeBytes,
    description: null,
    created_when: submission.createdAt.toISOString(),
    started_when: submission.startedAt?.toISOString() ?? null,
    finished_when: submission.finishedAt?.toISOString() ?? null,
    released_when: submission.releasedAt?.toISOString() ?? null,
    is_public: false,
    is_specific_task_re_run: false,
    status: submission.status,
    status_details: submission.reason?.sentence ?? null,
    reason_code: submission.reason?.code ?? null,
    owner: submission.owner.username,
    has_children: submission.children.length > 0,
    parent: submission.parentId ?? null,
    children: submission.children.map((child) => child.id),
    scores: submission.scores.map(({ column, value }) => ({
      id: columns.get(column) ?? 0,
      index: columns.get(column) ?? 0,
      column_key: column,
      score: value,
    })),
    fact_sheet_answers: null,
    receipt: receiptShape(submission),
    leaderboard: submission.onLeaderboard ? submission.competitionId : null,
    on_leaderboard: submission.onLeaderboard,
    task: submission.task ?? null,
    organization: null,
    queue: null,
  }
}

/** Of the newest receipt; the whole of it is at `/api/submissions/{id}/receipt`. */
function receiptShape({ receipts }: SubmissionView): object | null {
  const newest = receipts.at(-1)
  if (newest === undefined) return null
  const { outcome, decision, hold, keyId } = newest
  return {
    outcome,
    decision: decision.kind,
    released_by: decision.kind === 'approve' && outcome !== 'failed' ? decision.reviewer : null,
    decided_when: decision.kind === 'none' ? null : decision.decidedAt,
    hold,
    key_id: keyId,
  }
}

/** Names of Codabench's four logs, by our names. */
const LOG_NAMES: Partial<Record<ArtefactName, string>> = {
  ingestion_stdout: 'prediction_ingestion_stdout',
  ingestion_stderr: 'prediction_ingestion_stderr',
  scoring_stdout: 'scoring_stdout',
  scoring_stderr: 'scoring_stderr',
}

/** Codabench's `get_details`: links to what was released, `null` or nothing for what was withheld. */
export function submissionDetailsShape(
  submission: SubmissionView,
  given: { fileUrl: string; publicUrl: string; competition: CompetitionView },
) {
  const url = (name: ArtefactName): string | null => {
    const artefact = submission.artefacts.find((one) => one.name === name)
    return artefact === undefined ? null : given.publicUrl + artefact.href
  }
  return {
    data_file: given.fileUrl,
    logs: [
      ...submission.artefacts.flatMap((artefact) => {
        const name = LOG_NAMES[artefact.name]
        return name === undefined ? [] : [{ name, data_file: given.publicUrl + artefact.href }]
      }),
      ...(submission.worker?.logs ?? []).map(({ name, href }) => ({
        name: String(name),
        data_file: given.publicUrl + href,
      })),
    ],
    prediction_result: url('predictions'),
    scoring_result: url('output'),
    detailed_result: url('detailed_results'),
    leaderboards: submission.scores.length === 0 ? [] : [leaderboardSettingsShape(given.competition)],
  }
}
