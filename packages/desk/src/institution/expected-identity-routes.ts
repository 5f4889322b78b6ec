import { ScoregateError } from '@scoregate/protocol/errors'
import type { Accounts, Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { paths } from '../paths.ts'
import { noSuchPerson } from '../people/invitations.ts'
import { requireProof } from '../people/proof.tsx'
import { requireRole } from '../people/roles.ts'
import { ExpectedIdentity, expectIdentity, removeIdentity } from './identities.ts'
import type { InstitutionProvider } from './provider.ts'

const Form = z.object({ kind: z.string().max(20), value: z.string().trim().max(300) })

/** Where a steward says by which account of the institution a person will come, and parts the two. */
export function expectedIdentityRoutes(desk: {
  db: DeskDb
  audit: Audit
  accounts: Accounts
  clock: () => Date
  institution: Pick<InstitutionProvider, 'issuer'>
}): Hono<WebEnv> {
  const { db, audit, clock } = desk
  const { issuer } = desk.institution
  const app = new Hono<WebEnv>()
  const steward = requireRole('steward')
  const proof = requireProof(clock, (c) => paths.personOfDesk(c.req.param('name') ?? ''))

  async function personOf(c: Context<WebEnv>): Promise<Person> {
    const person = await desk.accounts.findPersonByUsername(c.req.param('name') ?? '')
    if (person === undefined) throw noSuchPerson()
    return person
  }

  app.post('/people/of/:name/institution', steward, proof, async (c) => {
    const person = await personOf(c)
    const expected = ExpectedIdentity.safeParse(await parseBody(c, Form))
    if (!expected.success) throw notAnIdentity()
    const by = requirePerson(c).person.username
    await db.transaction().execute((transaction) =>
      expectIdentity(transaction, {
        ...{ issuer, person, steward: by, expected: expected.data, now: clock() },
      }),
    )
    await audit.written()
    return c.redirect(`${paths.personOfDesk(person.username)}?done=institution`, 303)
  })

  app.post('/people/of/:name/institution/remove', steward, proof, async (c) => {
    const person = await personOf(c)
    const by = requirePerson(c).person.username
    await db
      .transaction()
      .execute((transaction) => removeIdentity(transaction, { issuer, person, by, now: clock() }))
    await audit.written()
    return c.redirect(`${paths.personOfDesk(person.username)}?done=institution-removed`, 303)
  })

  return app
}

function notAnIdentity(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'not-an-identity',
    message: 'That is neither a whole e-mail address nor a name that a provider can have for somebody.',
    remedy: 'Write an address such as name@example.org, or copy the "sub" from the provider.',
  })
}
