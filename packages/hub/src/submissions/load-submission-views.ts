import { ARTEFACT_MEDIA_TYPE, ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import { failureSentence } from '@scoregate/protocol/reason-code'
import { isFinal } from '@scoregate/protocol/submission-status'
import type { Person } from '@scoregate/web/accounts'
import type { LiveLogs } from '../codabench/live-logs.ts'
import type { FileLinks } from '../files/file-links.ts'
import { parseJsonColumn } from '../files/stored-file.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { PhaseSettings } from '../phases/phase-settings.ts'
import { loadReceiptViews } from '../releases/load-receipts.ts'
import { loadWorkerRecords } from './load-worker-words.ts'
import type { ArtefactView, SubmissionView } from './submission-view.ts'

const FILE_EXTENSION: Record<string, string> = {
  'application/json': 'json',
  'text/html': 'html',
  'text/plain': 'txt',
  'application/zip': 'zip',
}

/** The submissions of these ids as one viewer sees them, in the order given; their children are within them. */
export async function loadSubmissionViews(
  { db, links, liveLogs }: { db: HubDb; links: FileLinks; liveLogs: LiveLogs },
  ids: readonly number[],
  viewer: Person,
): Promise<SubmissionView[]> {
  if (ids.length === 0) return []
  const rows = await loadRows(db, ids)
  const allIds = rows.map((row) => row.id)
  const scores = await db
    .selectFrom('score')
    .innerJoin('submission', 'submission.id', 'score.submission_id')
    .innerJoin('leaderboard', 'leaderboard.competition_id', 'submission.competition_id')
    .innerJoin('leaderboard_column', (join) =>
      join
        .onRef('leaderboard_column.leaderboard_id', '=', 'leaderboard.id')
        .onRef('leaderboard_column.key', '=', 'score.column_key'),
    )
    .select([
      'score.submission_id',
      'score.column_key',
      'score.value',
      'leaderboard_column.hidden',
      'leaderboard_column.computation',
    ])
    .where('score.submission_id', 'in', allIds)
    .orderBy('leaderboard_column.position')
    .execute()
  const artefacts = await db
    .selectFrom('artefact')
    .selectAll()
    .where('submission_id', 'in', allIds)
    .where('released_at', 'is not', null)
    .orderBy('id')
    .execute()
  const receipts = await loadReceiptViews(db, allIds)
  const workers = await loadWorkerRecords({ db, links, liveLogs }, allIds)
  const changes = await db
    .selectFrom('status_change')
    .selectAll()
    .where('submission_id', 'in', allIds)
    .orderBy('id')
    .execute()

  const toView = (row: (typeof rows)[number]): SubmissionView => {
    const isOwner = row.owner_id === viewer.id
    const isOrganizer = row.organizer_id === viewer.id
    const hidden = isOrganizer ? [] : hiddenArtefacts(parseJsonColumn(row.phase_settings, PhaseSettings))
    const worker = workers.get(row.id)
    const put = (worker?.files ?? []).map(({ name, sha256, sizeBytes, putAt }) =>
      toArtefactView({ name, sha256, size_bytes: sizeBytes, released_at: putAt }, row.id, links),
    )
    const ownScores = scores.filter((score) => score.submission_id === row.id)
    return {
      id: row.id,
      competitionId: row.competition_id,
      phase: { id: row.phase_id, name: row.phase_name },
      task: row.task_id === null ? undefined : { id: row.task_id, name: row.task_name ?? '' },
      parentId: row.parent_id ?? undefined,
      children: rows.filter((child) => child.parent_id === row.id).map(toView),
      owner: { id: row.owner_id, username: row.username },
      fileName: row.file_name,
      sizeBytes: row.size_bytes ?? 0,
      status: row.status,
      reason:
        row.status === 'Failed' && row.reason !== null
          ? { code: row.reason, sentence: failureSentence(row.reason, row.sentence ?? undefined) }
          : undefined,
      createdAt: new Date(row.created_at),
      startedAt: toMinute(row.started_at),
      finishedAt: toMinute(row.finished_at),
      releasedAt: toMinute(row.released_at),
      scores: ownScores
        .filter((score) => score.hidden === 0)
        .map((score) => ({ column: score.column_key, value: score.value })),
      artefacts: artefacts
        .filter((artefact) => artefact.submission_id === row.id)
        .map((artefact) => toArtefactView(artefact, row.id, links))
        .concat(put)
        .filter((artefact) => !hidden.includes(artefact.name)),
      hiddenArtefacts: hidden,
      worker: worker?.words({
        isOrganizer,
        isOutputHidden: hidden.includes('scoring_stdout'),
        isOver: isFinal(row.status),
      }),
      receipts: receipts.get(row.id) ?? [],
      // As `getReleasedScores` decides; computed columns are the hub's own and on no receipt.
      hasReleasedScores:
        ownScores.length > 0 &&
        (isOrganizer || !ownScores.some((score) => score.hidden === 1 && score.computation === null)),
      timeline: changes
        .filter((change) => change.submission_id === row.id)
        .map((change, position) => ({
          status: change.status,
          // The first line is the participant's own doing and is as exact as `createdAt`.
          at: position === 0 ? new Date(change.at) : (toMinute(change.at) ?? new Date(change.at)),
        })),
      onLeaderboard: row.entry_of !== null,
      isOwner,
      isOrganizer,
      can: {
        run: isOrganizer && row.parent_id === null && row.status === 'Submitting',
        cancel: (isOwner || isOrganizer) && !isFinal(row.status),
        rerun: isOrganizer && row.parent_id === null && isFinal(row.status),
      },
    }
  }
  const position = new Map(ids.map((id, at) => [id, at]))
  return rows
    .filter((row) => position.has(row.id))
    .sort((a, b) => (position.get(a.id) ?? 0) - (position.get(b.id) ?? 0))
    .map(toView)
}

function loadRows(db: HubDb, ids: readonly number[]) {
  return db
    .selectFrom('submission')
    .innerJoin('competition', 'competition.id', 'submission.competition_id')
    .innerJoin('phase', 'phase.id', 'submission.phase_id')
    .innerJoin('person', 'person.id', 'submission.owner_id')
    .innerJoin('dataset', 'dataset.id', 'submission.dataset_id')
    .leftJoin('task', 'task.id', 'submission.task_id')
    .leftJoin('leaderboard_entry', 'leaderboard_entry.submission_id', 'submission.id')
    .selectAll('submission')
    .select([
      'competition.organizer_id',
      'phase.name as phase_name',
      'phase.settings as phase_settings',
      'person.username',
      'dataset.file_name',
      'dataset.size_bytes',
      'task.name as task_name',
      'leaderboard_entry.submission_id as entry_of',
    ])
    .where((eb) => eb.or([eb('submission.id', 'in', ids), eb('submission.parent_id', 'in', ids)]))
    .orderBy('submission.id')
    .execute()
}

function toArtefactView(
  row: { name: string; sha256: string; size_bytes: number; released_at: string | null },
  submissionId: number,
  links: FileLinks,
): ArtefactView {
  const name = ArtefactName.parse(row.name)
  const mediaType = ARTEFACT_MEDIA_TYPE[name]
  return {
    name,
    sizeBytes: row.size_bytes,
    releasedAt: toMinute(row.released_at) ?? new Date(0),
    href: links.href({
      sha256: Digest.parse(row.sha256),
      fileName: `submission-${submissionId}-${name}.${FILE_EXTENSION[mediaType]}`,
      // A log is shown as text in any case; a browser that guesses could find a page in it.
      mediaType: mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : mediaType,
      // Never shown in the hub's own origin: it is text and HTML that a run wrote.
      disposition: 'attachment',
    }),
  }
}

/** What the switches of a phase keep from its participants; the organizer sees all that was released. */
function hiddenArtefacts(settings: PhaseSettings): ArtefactName[] {
  return ArtefactName.options.filter((name) => {
    if (settings.hideOutput) return name !== 'scores'
    if (name === 'predictions') return settings.hidePredictionOutput
    return name === 'output' && settings.hideScoreOutput
  })
}

/** Cut to the minute: how long a run takes can depend on the data. */
function toMinute(time: string | null): Date | undefined {
  if (time === null) return undefined
  const date = new Date(time)
  date.setUTCSeconds(0, 0)
  return date
}
