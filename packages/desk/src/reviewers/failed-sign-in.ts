import type { AuditAct } from '@scoregate/protocol/audit'
import type { Accounts } from '@scoregate/web/accounts'

/** A failed sign-in as the chain tells it: with a name only where an account has it, since people type passwords there. */
export async function failedSignIn(accounts: Accounts, typed: string): Promise<AuditAct> {
  const person = await accounts.findPersonByUsername(typed)
  return { kind: 'sign-in-failed', ...(person === undefined ? {} : { reviewer: person.username }) }
}
