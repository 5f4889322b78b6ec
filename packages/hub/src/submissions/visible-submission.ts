import type { Selectable } from 'kysely'
import type { CompetitionRow } from '../competitions/load-competition.ts'
import type { Viewer } from '../hub.ts'
import type { HubDb, HubTables } from '../migrations/hub-tables.ts'
import { notFound } from '../refusals.ts'

export type SubmissionRow = Selectable<HubTables['submission']>

export type VisibleSubmission = {
  readonly row: SubmissionRow
  readonly competition: CompetitionRow
  readonly isOwner: boolean
  readonly isOrganizer: boolean
}

/** A submission that the viewer owns, or of a competition that they organize. Throws `not-found` for all others. */
export async function getVisibleSubmission(
  db: HubDb,
  id: number,
  viewer: Viewer,
): Promise<VisibleSubmission> {
  if (viewer === undefined) throw notFound('submission')
  const row = await db.selectFrom('submission').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw notFound('submission')
  const competition = await db
    .selectFrom('competition')
    .selectAll()
    .where('id', '=', row.competition_id)
    .executeTakeFirstOrThrow()
  const isOwner = row.owner_id === viewer.id
  const isOrganizer = competition.organizer_id === viewer.id
  if (!isOwner && !isOrganizer) throw notFound('submission')
  return { row, competition, isOwner, isOrganizer }
}
