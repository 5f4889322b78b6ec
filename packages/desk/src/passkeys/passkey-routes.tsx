import { ScoregateError } from '@scoregate/protocol/errors'
import { ButtonLink } from '@scoregate/ui/button'
import { Callout } from '@scoregate/ui/feedback'
import { Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import type { Accounts, Person } from '@scoregate/web/accounts'
import { clientAddress } from '@scoregate/web/client-address'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import type { FC } from 'hono/jsx'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireProof } from '../people/proof.tsx'
import { requireAnyRole } from '../people/roles.ts'
import { failedSignIn } from '../reviewers/failed-sign-in.ts'
import { removePasskey } from './passkey-records.ts'
import type { PasskeyPlace, PasskeySite } from './passkey-site.ts'
import { LONGEST_PASSKEY_NAME } from './passkeys-card.tsx'
import { askForNewPasskey, registerPasskey } from './register-passkey.ts'

/** What the routes of passkeys need of their desk. */
export type PasskeyDesk = {
  readonly db: DeskDb
  readonly audit: Audit
  readonly clock: () => Date
  /** Whether this desk is where passkeys work. */
  readonly passkeys: () => PasskeyPlace
}

/** The names of the fields begin so, since other forms are on the same page. */
const Question = z.object({ 'passkey-password': z.string().max(1000) })
const NewPasskey = z.object({
  'passkey-name': z.string().trim().min(1).max(LONGEST_PASSKEY_NAME),
  passkey: z.string().max(65_536).default(''),
})

const backToAccount = () => `${paths.account()}#passkeys`

/** Adding and removing one's own passkeys. */
export function passkeyRoutes(
  desk: PasskeyDesk & {
    accounts: Accounts
    siteName: string
    trustedProxy: string | undefined
    frame: Frame
  },
): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.post(paths.newPasskey, requireAnyRole(), async (c) => {
    const { person, sessionId } = requireSession(c)
    const site = requireSite(desk)
    const { 'passkey-password': password } = await parseBody(c, Question)
    const address = clientAddress(c, desk.trustedProxy)
    if ((await desk.accounts.checkPassword(person.username, password, address)) === undefined) {
      await desk.audit.record(await failedSignIn(desk.accounts, person.username))
      throw wrongPassword()
    }
    const asked = { person, asker: sessionId, now: desk.clock() }
    return c.json(await askForNewPasskey({ ...desk, site }, asked))
  })

  app.post(paths.passkeys, requireAnyRole(), async (c) => {
    const { person, sessionId } = requireSession(c)
    const site = requireSite(desk)
    const { 'passkey-name': name, passkey: answer } = await parseBody(c, NewPasskey)
    if (answer === '') throw needsScript()
    const given = { person, asker: sessionId, answer, name, now: desk.clock() }
    const result = await registerPasskey({ ...desk, site }, given)
    if (result.kind === 'added') {
      await desk.audit.written()
      return c.redirect(`${paths.account()}?done=passkey-added`, 303)
    }
    const { cause, sentence } = result
    await desk.audit.record({ kind: 'passkey-refused', reviewer: person.username, to: 'register', cause })
    const content = <NotAdded sentence={sentence} />
    return c.html(desk.frame(c, { title: 'Not added', place: 'account', width: 'narrow', content }), 409)
  })

  app.post(paths.removePasskey, requireAnyRole(), requireProof(desk.clock, backToAccount), async (c) => {
    const { person } = requireSession(c)
    const { id } = await parseBody(c, z.object({ id: z.string().max(2000) }))
    await removePasskey(desk.db, { person, credentialId: id, now: desk.clock() })
    await desk.audit.written()
    return c.redirect(`${paths.account()}?done=passkey-removed`, 303)
  })

  return app
}

const NotAdded: FC<{ sentence: string }> = ({ sentence }) => (
  <Stack>
    <PageHeader title="The passkey was not added" />
    <Callout tone="warn" title={sentence}>
      Nothing was changed.
    </Callout>
    <Cluster>
      <ButtonLink kind="primary" href={`${paths.account()}#passkeys`}>
        Back to your account
      </ButtonLink>
    </Cluster>
  </Stack>
)

/** Who makes this request in a browser. Throws `ScoregateError` (`browsers-only`) for a token, which has no passkey. */
export function requireSession(c: Context<WebEnv>): { person: Person; sessionId: string } {
  const { person, by } = requirePerson(c)
  if (by.kind === 'session') return { person, sessionId: by.sessionId }
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'browsers-only',
    message: 'A passkey can only be used in a browser.',
    remedy: 'Sign in to the desk with your browser.',
  })
}

/** Where the passkeys of this desk work. Throws `ScoregateError` (`no-secure-address`) where they do not. */
export function requireSite({ passkeys }: Pick<PasskeyDesk, 'passkeys'>): PasskeySite {
  const place = passkeys()
  if (place.kind === 'works') return place.site
  throw new ScoregateError({
    kind: 'conflict',
    code: 'no-secure-address',
    message: `Passkeys do not work at ${place.address}.`,
    remedy: 'Put the desk behind https, and set that address as SCOREGATE_DESK_URL.',
  })
}

function needsScript(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'passkey-missing',
    message: 'The form came without a passkey, so none was added.',
    remedy: 'Switch script on in your browser: only a script can ask for a passkey.',
  })
}

function wrongPassword(): ScoregateError {
  return new ScoregateError({
    kind: 'not-allowed',
    code: 'wrong-password',
    message: 'The password is wrong.',
    remedy: 'Type it again.',
  })
}
