import { COMMON_TO, type HoldHistory, historyName, isCompared } from '@scoregate/gate/history-checks'
import type { Digest } from '@scoregate/protocol/digest'
import { sql } from 'kysely'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { listOthersSketches } from './sketches.ts'

const NAMES_AT_ONCE = 500
/** So many of a participant's latest runs say what is usual. */
const RUNS = 20
/** Of a hold with thousands of files the largest say enough. */
const MOST_COMPARED = 200
/** What so many holds have is of the scoring program, whoever they belong to. */
const MOST_HOLDS_WITH_FILE = 200

/**
 * What the desk's records know that a hold is compared with. Asks about the names and digests of this hold alone, each
 * by an index and with a bound, so that it costs the same at a hundred holds and at a hundred thousand.
 */
export async function readHistory(db: DeskDb, hold: Hold): Promise<HoldHistory> {
  const competition = { platform: hold.platform, competitionId: hold.job.competition.id }
  return {
    knownFiles: await findKnownFiles(db, hold, competition),
    hasApproved: await hasApproved(db, competition),
    ownRunSeconds: await listOwnRunSeconds(db, hold, competition),
    othersWithFile: await countOthersWithFiles(db, hold, competition),
    othersSketches: await listOthersSketches(db, hold),
  }
}

type Competition = { readonly platform: string; readonly competitionId: number }

async function findKnownFiles(
  db: DeskDb,
  { manifest }: Hold,
  { platform, competitionId }: Competition,
): Promise<Set<string>> {
  const names = manifest.entries.map(historyName)
  const known = new Set<string>()
  for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
    const rows = await db
      .selectFrom('known_file')
      .select('name')
      .where('platform', '=', platform)
      .where('competition_id', '=', competitionId)
      .where('name', 'in', names.slice(at, at + NAMES_AT_ONCE))
      .execute()
    for (const { name } of rows) known.add(name)
  }
  return known
}

async function hasApproved(db: DeskDb, { platform, competitionId }: Competition): Promise<boolean> {
  const row = await db
    .selectFrom('known_file')
    .select('name')
    .where('platform', '=', platform)
    .where('competition_id', '=', competitionId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

async function listOwnRunSeconds(
  db: DeskDb,
  hold: Hold,
  { platform, competitionId }: Competition,
): Promise<number[]> {
  const rows = await db
    .selectFrom('hold_checks')
    .select('run_seconds')
    .where('platform', '=', platform)
    .where('competition_id', '=', competitionId)
    .where('participant_id', '=', hold.job.participant.id)
    .where('run_seconds', 'is not', null)
    .where('hold_id', '!=', hold.id)
    .orderBy('ended_at', 'desc')
    .limit(RUNS)
    .execute()
  return rows.flatMap(({ run_seconds }) => (run_seconds === null ? [] : [run_seconds]))
}

async function countOthersWithFiles(
  db: DeskDb,
  { manifest, job }: Hold,
  { platform, competitionId }: Competition,
): Promise<Map<Digest, number>> {
  const digests = [...manifest.entries]
    .filter(isCompared)
    .sort((one, other) => other.sizeBytes - one.sizeBytes)
    .slice(0, MOST_COMPARED)
    .map(({ sha256 }) => sha256)
  const counts = new Map<Digest, number>()
  for (const sha256 of new Set(digests)) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from (
        select distinct other.participant_id
        from (select hold_id from hold_blob where sha256 = ${sha256} limit ${MOST_HOLDS_WITH_FILE}) as same
        join hold_checks as other on other.hold_id = same.hold_id
        where other.platform = ${platform} and other.competition_id = ${competitionId}
          and other.participant_id <> ${job.participant.id}
        limit ${COMMON_TO}
      ) as others`.execute(db)
    const count = Number(rows[0]?.count ?? 0)
    if (count > 0) counts.set(sha256, count)
  }
  return counts
}

/** Notes whose run it is and how long it took, for the checks of later holds. */
export async function rememberRun(db: DeskDb, hold: Hold): Promise<void> {
  const seconds = hold.manifest.programs.reduce((sum, program) => sum + program.elapsedSeconds, 0)
  await db
    .updateTable('hold_checks')
    .set({
      platform: hold.platform,
      competition_id: hold.job.competition.id,
      participant_id: hold.job.participant.id,
      // A run that failed early says nothing about how long they take.
      run_seconds: hold.kind === 'result' && hold.manifest.programs.length > 0 ? seconds : null,
    })
    .where('hold_id', '=', hold.id)
    .execute()
}

/** Notes the names of the files of an approved hold, which are no news in the next. */
export async function rememberFileNames(transaction: DeskTransaction, hold: Hold): Promise<void> {
  const names = hold.manifest.entries.filter(({ section }) => section !== 'predictions').map(historyName)
  for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
    await transaction
      .insertInto('known_file')
      .values(
        names.slice(at, at + NAMES_AT_ONCE).map((name) => ({
          platform: hold.platform,
          competition_id: hold.job.competition.id,
          name,
        })),
      )
      .onConflict((conflict) => conflict.columns(['platform', 'competition_id', 'name']).doNothing())
      .execute()
  }
}
