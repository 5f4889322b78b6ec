import type { Blobs } from '@scoregate/storage/blobs'
import type { Person } from '@scoregate/web/accounts'
import type { FileLinks } from '../files/file-links.ts'
import { parseJsonColumn } from '../files/stored-file.ts'
import type { Hub } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { phaseState } from '../phases/phase-settings.ts'
import { promisesReview, reviewNotPromised } from '../queues/enqueue-submission.ts'
import { getQueue, getUsableQueue } from '../queues/queue-of-competition.ts'
import { notFound, refusal } from '../refusals.ts'
import { listForks } from '../releases/site-chain.ts'
import type { BundleCreation } from './bundle-creation.ts'
import type { CompetitionView, ParticipantStatus } from './competition-view.ts'
import {
  type CompetitionRow,
  getOwnCompetition,
  getVisibleCompetition,
  loadLeaderboard,
  loadPhases,
  submissionFlowOf,
  toTaskView,
} from './load-competition.ts'
import { Logo } from './store-competition.ts'

/** Competitions and who takes part in them. */
export function createCompetitions(given: {
  db: HubDb
  blobs: Blobs
  clock: () => Date
  links: FileLinks
  creation: BundleCreation
}): Hub['competitions'] {
  const { db, blobs, clock, links, creation } = given

  async function counts(id: number): Promise<{ participantsCount: number; submissionsCount: number }> {
    const participants = await db
      .selectFrom('participant')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('competition_id', '=', id)
      .where('status', '=', 'approved')
      .executeTakeFirstOrThrow()
    const submissions = await db
      .selectFrom('submission')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('competition_id', '=', id)
      .where('parent_id', 'is', null)
      .executeTakeFirstOrThrow()
    return { participantsCount: participants.count, submissionsCount: submissions.count }
  }

  return {
    async list({ for: viewer, organizedBy }) {
      const rows = await db
        .selectFrom('competition')
        .innerJoin('person', 'person.id', 'competition.organizer_id')
        .leftJoin('participant', (join) =>
          join
            .onRef('participant.competition_id', '=', 'competition.id')
            .on('participant.person_id', '=', viewer?.id ?? 0),
        )
        .selectAll('competition')
        .select(['person.username', 'participant.status as participation'])
        .where((eb) =>
          eb.or([
            eb('competition.published', '=', 1),
            eb('competition.organizer_id', '=', viewer?.id ?? 0),
            eb('participant.status', '=', 'approved'),
          ]),
        )
        .$if(organizedBy !== undefined, (query) =>
          query.where('competition.organizer_id', '=', organizedBy?.id ?? 0),
        )
        .orderBy('competition.id', 'desc')
        .execute()
      const now = clock()
      return Promise.all(
        rows.map(async (row) => {
          const phases = await db
            .selectFrom('phase')
            .selectAll()
            .where('competition_id', '=', row.id)
            .orderBy('position')
            .execute()
          const phase = phases.find((one) => phaseState(one, now) === 'running')
          return {
            ...basics(row),
            organizer: { id: row.organizer_id, username: row.username },
            participation: row.participation ?? 'none',
            isOrganizer: row.organizer_id === viewer?.id,
            ...(await counts(row.id)),
            phaseNow: phase && {
              name: phase.name,
              endsAt: phase.ends_at === null ? undefined : new Date(phase.ends_at),
            },
          }
        }),
      )
    },

    async get(id, viewer): Promise<CompetitionView> {
      const { row, standing } = await getVisibleCompetition(db, id, viewer)
      const organizer = await db
        .selectFrom('person')
        .select(['id', 'username'])
        .where('id', '=', row.organizer_id)
        .executeTakeFirstOrThrow()
      const pages = await db
        .selectFrom('page')
        .select(['title', 'content'])
        .where('competition_id', '=', id)
        .orderBy('position')
        .execute()
      const tasks = await db
        .selectFrom('task')
        .selectAll()
        .where('competition_id', '=', id)
        .orderBy('id')
        .execute()
      return {
        ...basics(row),
        organizer,
        dockerImage: row.docker_image,
        logoDigest: row.logo === null ? undefined : parseJsonColumn(row.logo, Logo).sha256,
        terms: row.terms,
        pages,
        phases: await loadPhases(db, id, { links, now: clock() }),
        tasks: tasks.map(toTaskView),
        leaderboard: await loadLeaderboard(db, id),
        submissionFlow: submissionFlowOf(row),
        queue: standing.isOrganizer ? await getQueue(db, row.queue_id) : undefined,
        enableDetailedResults: row.enable_detailed_results === 1,
        registrationAutoApprove: row.registration_auto_approve === 1,
        ...standing,
        ...(await counts(id)),
      }
    },

    async openLogo(id, viewer) {
      const { row } = await getVisibleCompetition(db, id, viewer)
      if (row.logo === null) throw notFound('picture')
      const logo = parseJsonColumn(row.logo, Logo)
      const { stream, sizeBytes } = await blobs.open(logo.sha256)
      return { stream, sizeBytes, mediaType: logo.mediaType }
    },

    async createFromBundle(datasetKey, person) {
      const dataset = await db
        .selectFrom('dataset')
        .selectAll()
        .where('key', '=', datasetKey)
        .where('owner_id', '=', person.id)
        .where('type', '=', 'competition_bundle')
        .executeTakeFirst()
      if (dataset === undefined || dataset.sha256 === null) throw notFound('uploaded bundle')
      return creation.start({ id: dataset.id, ownerId: person.id })
    },

    creationStatus: (id, person) => creation.status(id, person.id),

    async setSubmissionFlow(id, { queueId, ...flow }, person) {
      await db.transaction().execute(async (transaction) => {
        const row = await getOwnCompetition(transaction, id, person)
        const next = { ...submissionFlowOf(row), ...flow }
        const change = {
          auto_run_submissions: Number(next.whenSubmissionArrives === 'run-at-once'),
          human_in_the_loop: Number(next.whenScoringEnds === 'hold-for-review'),
          queue_id: queueId ?? row.queue_id,
        }
        if (change.queue_id !== row.queue_id) await getUsableQueue(transaction, change.queue_id, person)
        if (!(await promisesReview(transaction, change))) throw reviewNotPromised()
        await transaction.updateTable('competition').set(change).where('id', '=', id).execute()
      })
    },

    async siteForks(id, person) {
      await getOwnCompetition(db, id, person)
      const { queue_id } = await db
        .selectFrom('competition')
        .select('queue_id')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return listForks(db, queue_id)
    },

    async setPublished(id, published, person) {
      await getOwnCompetition(db, id, person)
      await db
        .updateTable('competition')
        .set({ published: Number(published) })
        .where('id', '=', id)
        .execute()
    },

    async join(id, person) {
      const { row, standing } = await getVisibleCompetition(db, id, person)
      if (standing.participation !== 'none') return standing.participation
      const approves = row.registration_auto_approve === 1 || standing.isOrganizer
      await db
        .insertInto('participant')
        .values({
          competition_id: id,
          person_id: person.id,
          status: approves ? 'approved' : 'pending',
          created_at: clock().toISOString(),
        })
        .onConflict((conflict) => conflict.columns(['competition_id', 'person_id']).doNothing())
        .execute()
      return participation(id, person)
    },

    async participants(id, person) {
      await getOwnCompetition(db, id, person)
      const rows = await db
        .selectFrom('participant')
        .innerJoin('person', 'person.id', 'participant.person_id')
        .select(['person.id', 'person.username', 'participant.status', 'participant.created_at'])
        .where('competition_id', '=', id)
        .orderBy('participant.id')
        .execute()
      return rows.map((row) => ({
        person: { id: row.id, username: row.username },
        status: row.status,
        joinedAt: new Date(row.created_at),
      }))
    },

    async decideParticipant({ competitionId, personId, status }, person) {
      await getOwnCompetition(db, competitionId, person)
      if (personId === person.id) {
        throw refusal(
          'conflict',
          'own-participation',
          'An organizer always takes part in their own competition.',
          'Decide on other participants.',
        )
      }
      const changed = await db
        .updateTable('participant')
        .set({ status })
        .where('competition_id', '=', competitionId)
        .where('person_id', '=', personId)
        .executeTakeFirst()
      if (changed.numUpdatedRows === 0n) throw notFound('participant')
    },
  }

  async function participation(id: number, person: Person): Promise<ParticipantStatus> {
    const row = await db
      .selectFrom('participant')
      .select('status')
      .where('competition_id', '=', id)
      .where('person_id', '=', person.id)
      .executeTakeFirstOrThrow()
    return row.status
  }
}

function basics(row: CompetitionRow) {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    published: row.published === 1,
    createdAt: new Date(row.created_at),
    competitionType: row.competition_type,
    reward: row.reward ?? undefined,
    contactEmail: row.contact_email ?? undefined,
    logoHref: row.logo === null ? undefined : `/api/competitions/${row.id}/logo`,
  }
}
