import { type DeskPerson, type Eligibility, mayDecide } from '@scoregate/gate/who-may-decide'
import type { HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/** Whether somebody may decide a hold at this moment, and in whose place. */
export async function findEligibility(
  db: DeskDb | DeskTransaction,
  { hold, reviewer }: { hold: Pick<HoldSummary, 'rules' | 'job'>; reviewer: string },
): Promise<Eligibility> {
  const person = await findDeskPerson(db, reviewer)
  return mayDecide(person, { rules: hold.rules, participant: hold.job.participant.username, absent: [] })
}

/** Somebody by their name, as they are now: whoever has no account, or no longer the role, is no reviewer. */
async function findDeskPerson(db: DeskDb | DeskTransaction, name: string): Promise<DeskPerson> {
  const role = await db
    .selectFrom('person')
    .innerJoin('person_role', 'person_role.person_id', 'person.id')
    .select('person_role.role')
    .where('person.username_key', '=', name.toLowerCase())
    .where('person_role.role', '=', 'reviewer')
    .executeTakeFirst()
  return { name, isReviewer: role !== undefined, platformNames: [] }
}
