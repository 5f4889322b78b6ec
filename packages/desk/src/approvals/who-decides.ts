import { type DeskPerson, type Eligibility, mayDecide } from '@scoregate/gate/who-may-decide'
import type { HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { listPlacesOf } from '../standing-in/delegations.ts'
import { listEveryName } from '../standing-in/platform-names.ts'

/** What of a hold decides who may decide it. */
type Decidable = Pick<HoldSummary, 'rules' | 'job' | 'depositedAt'>

/** Somebody who wants to decide, with all that the records say of whether they may; and in whose places they are. */
export type Decider = { readonly own: KnownPerson; readonly absent: readonly KnownPerson[] }

type KnownPerson = {
  readonly name: string
  readonly isReviewer: boolean
  readonly platformNames: readonly { readonly name: string; readonly withdrawnAt: Date | undefined }[]
}

/** Whether somebody may decide a hold at this moment, and in whose place. */
export async function findEligibility(
  db: DeskDb | DeskTransaction,
  { hold, reviewer, now }: { hold: Decidable; reviewer: string; now: Date },
): Promise<Eligibility> {
  return eligibilityFor(await readDecider(db, { reviewer, now }), hold)
}

/** Reads once what the eligibility for any number of holds needs. */
export async function readDecider(
  db: DeskDb | DeskTransaction,
  { reviewer, now }: { reviewer: string; now: Date },
): Promise<Decider> {
  const absent: KnownPerson[] = []
  for (const place of await listPlacesOf(db, { delegateKey: reviewer.toLowerCase(), now }))
    absent.push(await readPerson(db, place.absent))
  return { own: await readPerson(db, reviewer), absent }
}

/** As `findEligibility`, of what was read before. */
export function eligibilityFor({ own, absent }: Decider, hold: Decidable): Eligibility {
  return mayDecide(asOf(own, hold), {
    rules: hold.rules,
    participant: hold.job.participant.username,
    absent: absent.map((person) => asOf(person, hold)),
  })
}

/** The names that count for what was deposited then: also those that were taken back since. */
function asOf({ name, isReviewer, platformNames }: KnownPerson, { depositedAt }: Decidable): DeskPerson {
  const counting = platformNames.filter(
    ({ withdrawnAt }) => withdrawnAt === undefined || withdrawnAt >= depositedAt,
  )
  return { name, isReviewer, platformNames: counting.map((one) => one.name) }
}

/** Somebody by their name, as they are now: whoever has no account, or no longer the role, is no reviewer. */
async function readPerson(db: DeskDb | DeskTransaction, name: string): Promise<KnownPerson> {
  const row = await db
    .selectFrom('person')
    .innerJoin('person_role', 'person_role.person_id', 'person.id')
    .select('person.id')
    .where('person.username_key', '=', name.toLowerCase())
    .where('person_role.role', '=', 'reviewer')
    .where('person.disabled_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return { name, isReviewer: false, platformNames: [] }
  return { name, isReviewer: true, platformNames: await listEveryName(db, row.id) }
}
