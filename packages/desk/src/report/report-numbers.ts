import { sql } from 'kysely'
import { actWords } from '../audit/act-words.ts'
import { findEntries } from '../audit/find-entries.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Month } from './month.ts'

/** What happened to the holds of one competition, or of all. */
export type Counts = {
  /** Results and failed runs that workers deposited. */
  readonly deposited: number
  readonly failedRuns: number
  readonly approved: number
  readonly rejected: number
  readonly expired: number
  /** Approved by the policy, which asks for no review. */
  readonly automatic: number
  /** Releases that the platform accepted. */
  readonly released: number
  /** From deposit to the decision of a reviewer: in the middle, and for nine of ten. */
  readonly medianSeconds: number | undefined
  readonly ninetiethSeconds: number | undefined
}

/** Everything that the report of a month says. */
export type ReportNumbers = {
  readonly total: Counts
  readonly competitions: readonly (Counts & { readonly title: string; readonly platform: string })[]
  readonly reviewers: readonly (Pick<
    Counts,
    'approved' | 'rejected' | 'medianSeconds' | 'ninetiethSeconds'
  > & {
    readonly name: string
  })[]
  readonly days: readonly { readonly day: string; readonly deposited: number; readonly decided: number }[]
  readonly speeds: readonly { readonly label: string; readonly count: number }[]
  /** What left, by the name of the artefact; by reason and cause, what failed and what expired. */
  readonly artefacts: ReadonlyMap<string, number>
  readonly failures: ReadonlyMap<string, number>
  readonly expiries: ReadonlyMap<string, number>
  readonly failedSignIns: number
  readonly alarms: readonly ReportedAct[]
  readonly rules: readonly ReportedAct[]
}

/** Something from the audit chain, in words. */
export type ReportedAct = { readonly sequence: number; readonly at: string; readonly words: string }

/** So many alarms and changes of the rules are listed. */
export const ACTS_LISTED = 200

const SPEEDS = [
  { label: '5 min', seconds: 300 },
  { label: '15 min', seconds: 900 },
  { label: '1 h', seconds: 3600 },
  { label: '4 h', seconds: 14_400 },
  { label: '1 day', seconds: 86_400 },
  { label: 'more', seconds: Number.POSITIVE_INFINITY },
] as const

type Place = { platform: string; competition: number; title: string }
type Deposited = Place & { day: string; failure: string | null }
type Decided = Place & {
  day: string
  kind: string
  reviewer: string
  /** Where two had to approve: who did first. */
  first: string | null
  reason: string | null
  seconds: number
}
type Released = Place & { artefacts_json: string }

/** Reads a month out of the records, each table along an index of its times. */
export async function readReportNumbers(db: DeskDb, month: Month): Promise<ReportNumbers> {
  const [deposits, decisions, releases, failedSignIns, alarms, rules] = await Promise.all([
    readDeposits(db, month),
    readDecisions(db, month),
    readReleases(db, month),
    countFailedSignIns(db, month),
    readActs(db, month, 'alarms'),
    readActs(db, month, 'rules'),
  ])
  const places = new Map([...deposits, ...decisions, ...releases].map((row) => [placeKey(row), row]))
  const byPerson = decisions.filter(isByPerson)
  return {
    total: countsOf(deposits, decisions, releases),
    competitions: [...places]
      .map(([key, { title, platform }]) => {
        const here = (row: Place) => placeKey(row) === key
        return {
          ...{ title, platform },
          ...countsOf(deposits.filter(here), decisions.filter(here), releases.filter(here)),
        }
      })
      .sort((one, other) => one.title.localeCompare(other.title)),
    // An approval that two gave counts for each of them, and once in the totals.
    reviewers: [...new Set(byPerson.flatMap(decidersOf))].sort().map((name) => {
      const own = byPerson.filter((row) => decidersOf(row).includes(name))
      const { approved, rejected, medianSeconds, ninetiethSeconds } = countsOf([], own, [])
      return { name, approved, rejected, medianSeconds, ninetiethSeconds }
    }),
    days: month.days.map((day) => ({
      day,
      deposited: deposits.filter((row) => row.day === day).length,
      decided: decisions.filter((row) => row.day === day).length,
    })),
    speeds: SPEEDS.map(({ label, seconds }, at) => ({
      label,
      count: byPerson.filter((row) => row.seconds <= seconds && row.seconds > (SPEEDS[at - 1]?.seconds ?? -1))
        .length,
    })),
    artefacts: tally(releases.flatMap(({ artefacts_json }) => namesIn(artefacts_json))),
    failures: tally(deposits.flatMap(({ failure }) => (failure === null ? [] : [failure]))),
    expiries: tally(
      decisions.flatMap(({ kind, reason }) => (kind === 'expire' ? [reason ?? 'deadline'] : [])),
    ),
    ...{ failedSignIns, alarms, rules },
  }
}

function countsOf(
  deposits: readonly Deposited[],
  decisions: readonly Decided[],
  releases: readonly Released[],
): Counts {
  const count = (kind: string) => decisions.filter((row) => row.kind === kind).length
  const seconds = decisions
    .filter(isByPerson)
    .map((row) => row.seconds)
    .sort((one, other) => one - other)
  return {
    deposited: deposits.length,
    failedRuns: deposits.filter(({ failure }) => failure !== null).length,
    approved: count('approve'),
    rejected: count('reject'),
    expired: count('expire'),
    automatic: count('auto'),
    released: releases.length,
    medianSeconds: rankOf(seconds, 0.5),
    ninetiethSeconds: rankOf(seconds, 0.9),
  }
}

/** The smallest value that so great a share of all does not exceed. */
export function rankOf(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

const competitionOf = sql<number>`json_extract(hold.job_json, '$.competition.id')`
const titleOf = sql<string>`json_extract(hold.job_json, '$.competition.title')`

function readDeposits(db: DeskDb, { from, before }: Month): Promise<Deposited[]> {
  return db
    .selectFrom('hold')
    .select([
      'hold.platform',
      'hold.failure',
      competitionOf.as('competition'),
      titleOf.as('title'),
      sql<string>`substr(hold.deposited_at, 1, 10)`.as('day'),
    ])
    .where('hold.deposited_at', '>=', from)
    .where('hold.deposited_at', '<', before)
    .execute()
}

function readDecisions(db: DeskDb, { from, before }: Month): Promise<Decided[]> {
  return db
    .selectFrom('decision')
    .innerJoin('hold', 'hold.id', 'decision.hold_id')
    .select([
      'hold.platform',
      'decision.kind',
      'decision.reviewer',
      'decision.first_reviewer as first',
      'decision.reason',
      competitionOf.as('competition'),
      titleOf.as('title'),
      sql<string>`substr(decision.decided_at, 1, 10)`.as('day'),
      sql<number>`(julianday(decision.decided_at) - julianday(hold.deposited_at)) * 86400.0`.as('seconds'),
    ])
    .where('decision.decided_at', '>=', from)
    .where('decision.decided_at', '<', before)
    .execute()
}

function readReleases(db: DeskDb, { from, before }: Month): Promise<Released[]> {
  return db
    .selectFrom('outbox')
    .innerJoin('hold', 'hold.id', 'outbox.hold_id')
    .innerJoin('decision', 'decision.hold_id', 'outbox.hold_id')
    .select([
      'hold.platform',
      'decision.artefacts_json',
      competitionOf.as('competition'),
      titleOf.as('title'),
    ])
    .where('outbox.ended_at', '>=', from)
    .where('outbox.ended_at', '<', before)
    .where('outbox.state', '=', 'done')
    .where('outbox.kind', 'in', ['released', 'failure-released'])
    .execute()
}

async function countFailedSignIns(db: DeskDb, { from, before }: Month): Promise<number> {
  const { count } = await db
    .selectFrom('audit_entry')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('kind', '=', 'sign-in-failed')
    .where('at', '>=', from)
    .where('at', '<', before)
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function readActs(db: DeskDb, { days }: Month, group: 'alarms' | 'rules'): Promise<ReportedAct[]> {
  const [from, to] = [days[0], days.at(-1)]
  if (from === undefined || to === undefined) return []
  const found = await findEntries(db, { group, from, to }, { direction: 'newer', limit: ACTS_LISTED })
  return found.map(({ sequence, entry }) => ({
    sequence,
    at: entry?.time ?? '',
    words: entry === undefined ? 'This entry is not as it was written' : actWords(entry.act),
  }))
}

function isByPerson({ kind }: Decided): boolean {
  return kind === 'approve' || kind === 'reject'
}

function decidersOf({ reviewer, first }: Decided): string[] {
  return first === null ? [reviewer] : [first, reviewer]
}

function placeKey({ platform, competition }: Place): string {
  return `${competition} ${platform}`
}

function namesIn(artefactsJson: string): string[] {
  const value: unknown = JSON.parse(artefactsJson)
  return Array.isArray(value) ? value.map(String) : []
}

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
