import type { Accounts, Person } from '@scoregate/web/accounts'
import { hashPassword, refuseBadAccount } from '@scoregate/web/passwords'
import { hashSecret } from '@scoregate/web/secrets'
import { refPattern } from '@scoregate/web/sessions'
import type { Audit } from '../audit/audit.ts'
import { recordAct } from '../audit/record-act.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/** What changing an account needs of its desk. */
export type AccountDesk = {
  readonly db: DeskDb
  readonly audit: Audit
  readonly accounts: Accounts
  readonly clock: () => Date
}

/** Which sessions: one by its name in the list, all but one's own, or all. */
export type SessionChoice = { kind: 'one'; ref: string } | { kind: 'all-but'; id: string } | { kind: 'all' }

/** Deletes the chosen sessions of a person; answers how many there were. */
export async function deleteSessions(
  transaction: DeskTransaction,
  personId: number,
  choice: SessionChoice,
): Promise<number> {
  const all = transaction.deleteFrom('session').where('person_id', '=', personId)
  const chosen =
    choice.kind === 'all'
      ? all
      : choice.kind === 'one'
        ? all.where('id_hash', 'like', refPattern(choice.ref))
        : all.where('id_hash', '!=', hashSecret(choice.id))
  return Number((await chosen.executeTakeFirst()).numDeletedRows)
}

/** Ends sessions of a person, with its entry on the chain. */
export async function endSessions(
  desk: AccountDesk,
  { by, person, choice }: { by: string; person: Person; choice: SessionChoice },
): Promise<number> {
  const ended = await desk.db.transaction().execute(async (transaction) => {
    const sessions = await deleteSessions(transaction, person.id, choice)
    if (sessions > 0) {
      const act = { kind: 'sessions-ended', reviewer: by, person: person.username, sessions } as const
      await recordAct(transaction, { act, now: desk.clock() })
    }
    return sessions
  })
  await desk.audit.written()
  return ended
}

/** Gives a person a new password, which ends every session but this. Throws `ScoregateError` (`bad-account`). */
export async function changePassword(
  desk: AccountDesk,
  { person, password, sessionId }: { person: Person; password: string; sessionId: string },
): Promise<void> {
  refuseBadAccount({ password })
  const passwordHash = await hashPassword(password)
  await desk.db.transaction().execute(async (transaction) => {
    await transaction
      .updateTable('person')
      .set({ password_hash: passwordHash })
      .where('id', '=', person.id)
      .execute()
    await deleteSessions(transaction, person.id, { kind: 'all-but', id: sessionId })
    // A link from the terminal is a way in that the new password would not close.
    await transaction.deleteFrom('sign_in_link').where('person_id', '=', person.id).execute()
    const act = { kind: 'password-changed', reviewer: person.username } as const
    await recordAct(transaction, { act, now: desk.clock() })
  })
  await desk.audit.written()
}
