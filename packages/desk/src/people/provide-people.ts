import type { Accounts } from '@scoregate/web/accounts'
import type { DeskConfig } from '../config.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/**
 * Makes sure of the accounts that a desk is started with. An account that is new gets its roles here; later starts leave
 * them, and the password, as the people of the desk have set them.
 */
export async function providePeople(
  { db, accounts }: { db: DeskDb; accounts: Accounts },
  provision: DeskConfig['provision'],
): Promise<void> {
  for (const given of provision?.people ?? []) {
    const existing = await accounts.findPersonByUsername(given.username)
    if (existing !== undefined) {
      await accounts.ensureToken(existing, given.token)
      continue
    }
    const person = await accounts.ensurePerson(given)
    const roles = given.roles ?? ['reviewer', 'steward']
    if (roles.length === 0) continue
    await db
      .insertInto('person_role')
      .values(roles.map((role) => ({ person_id: person.id, role })))
      .execute()
  }
  for (const link of provision?.signInLinks ?? []) {
    const person = await accounts.findPersonByUsername(link.username)
    if (person === undefined)
      throw new Error(`There is no person "${link.username}" to make a sign-in link for.`)
    await accounts.createSignInLink(person, link.token, link.validUntil)
  }
}
