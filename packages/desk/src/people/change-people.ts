import type { AuditAct } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Person } from '@scoregate/web/accounts'
import { recordAct } from '../audit/record-act.ts'
import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { refuseNoRole } from './invitations.ts'
import { type AccountDesk, deleteSessions } from './own-account.ts'
import { Role, rolesOf } from './roles.ts'

/** Who changes whom. */
type Change = { readonly by: string; readonly person: Person }

/** Gives a person these roles and no others. Throws `ScoregateError` (`no-role`, `last-steward`). */
export async function changeRoles(
  desk: AccountDesk,
  { by, person, roles }: Change & { roles: readonly Role[] },
): Promise<void> {
  refuseNoRole(roles)
  await change(desk, async (transaction) => {
    const from = [...(await rolesOf(transaction, person.id))]
    const to = Role.options.filter((role) => roles.includes(role))
    if (!to.includes('steward')) await refuseLastSteward(transaction, person)
    await transaction.deleteFrom('person_role').where('person_id', '=', person.id).execute()
    const rows = to.map((role) => ({ person_id: person.id, role }))
    await transaction.insertInto('person_role').values(rows).execute()
    return { kind: 'roles-changed', reviewer: by, person: person.username, from, to }
  })
}

/**
 * Shuts a person out, at once: their sessions end, and neither their password nor their tokens let anybody in. The account
 * stays, since the record names it. Throws `ScoregateError` (`last-steward`).
 */
export async function disablePerson(desk: AccountDesk, { by, person }: Change): Promise<void> {
  await change(desk, async (transaction) => {
    await refuseLastSteward(transaction, person)
    await transaction
      .updateTable('person')
      .set({ disabled_at: desk.clock().toISOString() })
      .where('id', '=', person.id)
      .execute()
    await deleteSessions(transaction, person.id, { kind: 'all' })
    await transaction.deleteFrom('sign_in_link').where('person_id', '=', person.id).execute()
    await transaction.deleteFrom('invitation').where('person_id', '=', person.id).execute()
    return { kind: 'person-disabled', reviewer: by, person: person.username }
  })
}

/** Lets a disabled person in again, by what they had. */
export async function enablePerson(desk: AccountDesk, { by, person }: Change): Promise<void> {
  await change(desk, async (transaction) => {
    await transaction.updateTable('person').set({ disabled_at: null }).where('id', '=', person.id).execute()
    return { kind: 'person-enabled', reviewer: by, person: person.username }
  })
}

/** Lifts the lock that wrong passwords put on a name. */
export async function liftLock(desk: AccountDesk, { by, person }: Change): Promise<void> {
  await desk.audit.record({ kind: 'lock-lifted', reviewer: by, person: person.username })
  await desk.accounts.limits.forget({ username: person.username })
}

async function change(
  desk: AccountDesk,
  make: (transaction: DeskTransaction) => Promise<AuditAct>,
): Promise<void> {
  await desk.db.transaction().execute(async (transaction) => {
    await recordAct(transaction, { act: await make(transaction), now: desk.clock() })
  })
  await desk.audit.written()
}

/** Somebody must be left who can change people. */
async function refuseLastSteward(transaction: DeskTransaction, person: Person): Promise<void> {
  const others = await transaction
    .selectFrom('person_role')
    .innerJoin('person', 'person.id', 'person_role.person_id')
    .select('person.id')
    .where('person_role.role', '=', 'steward')
    .where('person.disabled_at', 'is', null)
    .execute()
  if (!others.some(({ id }) => id === person.id) || others.length > 1) return
  throw new ScoregateError({
    kind: 'conflict',
    code: 'last-steward',
    message: `${person.username} is the last steward, so nothing was changed.`,
    remedy: 'Make somebody else a steward first.',
  })
}
