import {
  getVisibleCompetition,
  type PhaseRow,
  type Standing,
  toPhaseView,
} from '../competitions/load-competition.ts'
import type { FileLinks } from '../files/file-links.ts'
import type { Hub, Viewer } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { notFound } from '../refusals.ts'

/** The phases of competitions that the viewer may see. */
export function createPhases({
  db,
  clock,
  links,
}: {
  db: HubDb
  clock: () => Date
  links: FileLinks
}): Hub['phases'] {
  return {
    async get(id, viewer) {
      const { row } = await getVisiblePhase(db, id, viewer)
      const tasks = await db
        .selectFrom('phase_task')
        .innerJoin('task', 'task.id', 'phase_task.task_id')
        .selectAll('task')
        .where('phase_task.phase_id', '=', id)
        .orderBy('phase_task.position')
        .execute()
      return toPhaseView(row, tasks, { links, now: clock() })
    },
  }
}

/** A phase of a competition that the viewer may see. Throws `not-found`. */
export async function getVisiblePhase(
  db: HubDb,
  id: number,
  viewer: Viewer,
): Promise<{ row: PhaseRow; standing: Standing }> {
  const row = await db.selectFrom('phase').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw notFound('phase')
  const { standing } = await getVisibleCompetition(db, row.competition_id, viewer)
  return { row, standing }
}
