import { ScoregateError } from '@scoregate/protocol/errors'
import { recordAct } from '../audit/record-act.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/** So long one absence lasts at most; a longer one is said again. */
export const LONGEST_ABSENCE_DAYS = 92
/** So many absences a person can have said that are not over. */
const MOST_DELEGATIONS = 10
const DAY_MILLISECONDS = 86_400_000

/** That one reviewer decides in the place of another, for a time. */
export type Delegation = {
  readonly id: number
  readonly absent: string
  readonly delegate: string
  readonly from: Date
  readonly until: Date
}

/** What changing absences needs of its desk. */
type Site = { readonly db: DeskDb; readonly clock: () => Date }
type Owner = { readonly id: number; readonly username: string }

/**
 * Names another reviewer who decides in one's place from the beginning of one day to the end of another (UTC). Throws
 * `ScoregateError` (`bad-delegation`) with what is wrong, by field.
 */
export async function delegate(
  { db, clock }: Site,
  person: Owner,
  wish: { to: string; from: string; until: string },
): Promise<void> {
  const now = clock()
  await db.transaction().execute(async (transaction) => {
    const to = await findReviewer(transaction, wish.to)
    const period = readPeriod(wish, now)
    const open = await listDelegations(transaction, { personId: person.id, now })
    const problems = [
      ...(to === undefined ? [problem('to', 'is no reviewer of this desk')] : []),
      ...(to?.id === person.id ? [problem('to', 'is you')] : []),
      ...('problem' in period ? [period.problem] : []),
      ...(open.length >= MOST_DELEGATIONS
        ? [problem('to', `cannot be named, since you have named ${MOST_DELEGATIONS} already`)]
        : []),
    ]
    if (problems.length > 0 || to === undefined || 'problem' in period) throw badDelegation(problems)
    const [from, until] = [period.from.toISOString(), period.until.toISOString()]
    await transaction
      .insertInto('delegation')
      .values({ person_id: person.id, delegate_id: to.id, from_at: from, until_at: until, revoked_at: null })
      .execute()
    const act = { kind: 'delegated', reviewer: person.username, to: to.username, from, until } as const
    await recordAct(transaction, { act, now })
  })
}

/** Ends a delegation of one's own at once. Nothing happens where it is over already. */
export async function revokeDelegation({ db, clock }: Site, person: Owner, id: number): Promise<void> {
  const now = clock()
  await db.transaction().execute(async (transaction) => {
    const open = await listDelegations(transaction, { personId: person.id, now })
    const revoked = open.find((one) => one.id === id)
    if (revoked === undefined) return
    await transaction
      .updateTable('delegation')
      .set({ revoked_at: now.toISOString() })
      .where('id', '=', id)
      .execute()
    const act = { kind: 'delegation-revoked', reviewer: person.username, to: revoked.delegate } as const
    await recordAct(transaction, { act, now })
  })
}

/** What a person has said of their absences, those to come and those that run. */
export async function listDelegations(
  db: DeskDb | DeskTransaction,
  { personId, now }: { personId: number; now: Date },
): Promise<Delegation[]> {
  const rows = await delegationRows(db, now).where('delegation.person_id', '=', personId).execute()
  return rows.map(toDelegation)
}

/** In whose places somebody decides at this moment. */
export async function listPlacesOf(
  db: DeskDb | DeskTransaction,
  { delegateKey, now }: { delegateKey: string; now: Date },
): Promise<Delegation[]> {
  const rows = await delegationRows(db, now)
    .where('delegate.username_key', '=', delegateKey)
    .where('delegation.from_at', '<=', now.toISOString())
    .execute()
  return rows.map(toDelegation)
}

/** Who gets whose notices at this moment: delegates by the people in whose places they are. */
export async function findDelegateIds(
  db: DeskDb | DeskTransaction,
  now: Date,
): Promise<readonly { absentId: number; delegateId: number }[]> {
  const at = now.toISOString()
  const rows = await db
    .selectFrom('delegation')
    .select(['person_id', 'delegate_id'])
    .where('revoked_at', 'is', null)
    .where('from_at', '<=', at)
    .where('until_at', '>', at)
    .execute()
  return rows.map(({ person_id, delegate_id }) => ({ absentId: person_id, delegateId: delegate_id }))
}

/** The reviewers of the desk by name, for a list to choose from. */
export async function listReviewerNames(db: DeskDb): Promise<string[]> {
  const rows = await db
    .selectFrom('person')
    .innerJoin('person_role', 'person_role.person_id', 'person.id')
    .select('person.username')
    .where('person_role.role', '=', 'reviewer')
    .where('person.disabled_at', 'is', null)
    .orderBy('person.username_key')
    .execute()
  return rows.map(({ username }) => username)
}

function delegationRows(db: DeskDb | DeskTransaction, now: Date) {
  return db
    .selectFrom('delegation')
    .innerJoin('person as absent', 'absent.id', 'delegation.person_id')
    .innerJoin('person as delegate', 'delegate.id', 'delegation.delegate_id')
    .select([
      'delegation.id',
      'delegation.from_at',
      'delegation.until_at',
      'absent.username as absent',
      'delegate.username as delegate',
    ])
    .where('delegation.revoked_at', 'is', null)
    .where('delegation.until_at', '>', now.toISOString())
    .orderBy('delegation.from_at')
    .orderBy('delegation.id')
}

function toDelegation(row: {
  id: number
  absent: string
  delegate: string
  from_at: string
  until_at: string
}): Delegation {
  const { id, absent, delegate: to } = row
  return { id, absent, delegate: to, from: new Date(row.from_at), until: new Date(row.until_at) }
}

async function findReviewer(transaction: DeskTransaction, name: string) {
  return transaction
    .selectFrom('person')
    .innerJoin('person_role', 'person_role.person_id', 'person.id')
    .select(['person.id', 'person.username'])
    .where('person.username_key', '=', name.trim().toLowerCase())
    .where('person_role.role', '=', 'reviewer')
    .where('person.disabled_at', 'is', null)
    .executeTakeFirst()
}

type FieldProblem = { where: string; what: string; remedy: string }

function readPeriod(
  { from, until }: { from: string; until: string },
  now: Date,
): { from: Date; until: Date } | { problem: FieldProblem } {
  const [first, last] = [readDay(from), readDay(until)]
  if (first === undefined) return { problem: problem('from', 'is no day: write 2026-01-31') }
  if (last === undefined) return { problem: problem('until', 'is no day: write 2026-01-31') }
  const end = new Date(last.getTime() + DAY_MILLISECONDS)
  if (end <= first) return { problem: problem('until', 'is before the first day') }
  if (end <= now) return { problem: problem('until', 'is over') }
  if (end.getTime() - first.getTime() > LONGEST_ABSENCE_DAYS * DAY_MILLISECONDS)
    return { problem: problem('until', `is more than ${LONGEST_ABSENCE_DAYS} days after the first day`) }
  return { from: first, until: end }
}

function readDay(text: string): Date | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined
  const day = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text ? undefined : day
}

function problem(where: string, what: string): FieldProblem {
  return { where, what, remedy: 'Correct it and send the form again.' }
}

function badDelegation(problems: FieldProblem[]): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-delegation',
    message: 'Nobody was named to decide in your place.',
    remedy: 'Correct what is listed.',
    problems,
  })
}
