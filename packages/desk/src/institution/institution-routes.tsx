import type { InstitutionRefusal } from '@scoregate/protocol/audit'
import { ERROR_HTTP_STATUS } from '@scoregate/protocol/errors'
import type { Accounts, Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson, startSession } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Audit } from '../audit/audit.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { localPath, paths } from '../paths.ts'
import { requireProof } from '../people/proof.tsx'
import { requireAnyRole } from '../people/roles.ts'
import { SESSION_COOKIE } from '../reviewers/session.ts'
import { SignInPage } from '../reviewers/sign-in-page.tsx'
import { connect, findOrConnect, removeIdentity } from './identities.ts'
import { ArrivalPage, DeparturePage } from './identity-card.tsx'
import type { Identity, InstitutionProvider } from './provider.ts'
import { refusalError, refusalWords } from './refusals.ts'
import { createFlowSeal, FLOW_SECONDS, type FlowPurpose } from './sign-in-flow.ts'

/** Holds one journey to the provider; sent back to the address where it ends and nowhere else. */
const FLOW_COOKIE = 'scoregate_desk_journey'

type InstitutionDesk = {
  readonly db: DeskDb
  readonly audit: Audit
  readonly accounts: Accounts
  readonly clock: () => Date
  readonly frame: Frame
  readonly institution: InstitutionProvider
  readonly deskUrl: () => string
}

/**
 * Signing in by an institution (authorization code flow with PKCE), and connecting its accounts to those of this desk. An
 * account here comes by invitation alone: nobody gets one by having one there.
 */
export function institutionRoutes(desk: InstitutionDesk): Hono<WebEnv> {
  const { db, audit, accounts, clock, institution } = desk
  const app = new Hono<WebEnv>()
  const seal = createFlowSeal(clock)
  const proof = requireProof(clock, () => paths.account())
  const returnAddress = () => new URL(paths.institutionReturn, desk.deskUrl()).href

  /** The address at the provider to send the browser to; undefined when the provider does not answer. */
  async function depart(c: Context<WebEnv>, purpose: FlowPurpose): Promise<string | undefined> {
    const departure = await institution.depart(returnAddress())
    if (departure === undefined) return undefined
    const { address, ...secrets } = departure
    setCookie(c, FLOW_COOKIE, seal.seal({ ...secrets, purpose }), {
      ...cookieOptions(desk),
      maxAge: FLOW_SECONDS,
    })
    return address
  }

  app.get(paths.institutionSignIn(), async (c) => {
    const next = localPath(c.req.query('next'))
    if (c.get('person') !== undefined) return c.redirect(next, 303)
    // Another site must not sign anybody in here, not even as themselves.
    if (c.req.header('sec-fetch-site') === 'cross-site') return c.redirect(paths.signIn, 303)
    const address = await depart(c, { kind: 'sign-in', next })
    if (address === undefined) return refuseSignIn(desk, c, { code: 'unavailable' })
    return c.redirect(address, 303)
  })

  app.get(paths.institutionReturn, async (c) => {
    const address = new URL(c.req.url)
    const flow = seal.open(getCookie(c, FLOW_COOKIE) ?? '', address.searchParams.get('state') ?? '')
    deleteCookie(c, FLOW_COOKIE, cookieOptions(desk))
    if (flow === undefined) return refuseSignIn(desk, c, { code: 'journey-unknown' })
    const answer = await institution.arrive(address, flow, returnAddress())
    if (flow.purpose.kind === 'sign-in') {
      if (answer.kind === 'refused') return refuseSignIn(desk, c, answer)
      return signIn(desk, c, { identity: answer.identity, next: flow.purpose.next })
    }
    // The session that began it must be there still: it, and not whatever the browser has now, says whose account it is.
    const signedIn = await accounts.findSession(flow.purpose.sessionId, {
      ...{ agent: c.req.header('user-agent'), isUse: true },
    })
    if (signedIn === undefined) return refuseSignIn(desk, c, { code: 'session-ended' })
    if (answer.kind === 'refused') throw await refusedConnection(desk, signedIn.person, answer.code)
    return connectIdentity(desk, c, { identity: answer.identity, person: signedIn.person })
  })

  app.post(paths.institutionConnect, requireAnyRole(), proof, async (c) => {
    const { person, by } = requirePerson(c)
    if (by.kind !== 'session') return c.redirect(paths.account(), 303)
    const address = await depart(c, { kind: 'connect', sessionId: by.sessionId })
    if (address === undefined) throw await refusedConnection(desk, person, 'unavailable')
    const content = <DeparturePage name={institution.name} address={address} />
    return c.html(desk.frame(c, { title: 'Connect an account', place: 'account', width: 'narrow', content }))
  })

  app.post(paths.institutionRemove, requireAnyRole(), proof, async (c) => {
    const { person } = requirePerson(c)
    await db.transaction().execute((transaction) =>
      removeIdentity(transaction, {
        ...{ issuer: institution.issuer, person, by: person.username, now: clock() },
      }),
    )
    await audit.written()
    return c.redirect(paths.account(), 303)
  })

  return app
}

async function signIn(
  desk: InstitutionDesk,
  c: Context<WebEnv>,
  { identity, next }: { identity: Identity; next: string },
): Promise<Response> {
  const { db, audit, accounts, clock } = desk
  const now = clock()
  const found = await db.transaction().execute((transaction) => findOrConnect(transaction, { identity, now }))
  if (found.kind === 'refused') return refuseSignIn(desk, c, found)
  const person = await accounts.findPerson(found.personId)
  if (person === undefined) throw new Error('An identity is connected to a person who is not there.')
  await audit.record({ kind: 'signed-in', reviewer: person.username, by: 'institution' })
  await startSession(c, accounts, person, SESSION_COOKIE)
  return arriveAt(desk, c, next)
}

async function connectIdentity(
  desk: InstitutionDesk,
  c: Context<WebEnv>,
  { identity, person }: { identity: Identity; person: Person },
): Promise<Response> {
  const { db, audit, clock } = desk
  const now = clock()
  const connected = await db
    .transaction()
    .execute((transaction) => connect(transaction, { identity, person, now }))
  if (connected === 'identity-taken') throw await refusedConnection(desk, person, connected)
  await audit.written()
  return arriveAt(desk, c, paths.account())
}

/**
 * Leads on by a page of this desk. The cookie of a session goes with nothing that another site began, and a redirect from here
 * would still be what the provider began.
 */
async function arriveAt(
  { frame }: Pick<InstitutionDesk, 'frame'>,
  c: Context<WebEnv>,
  next: string,
): Promise<Response> {
  c.header('refresh', `0; url=${next}`)
  const content = <ArrivalPage next={next} />
  return c.html(frame(c, { title: 'Welcome', place: 'none', width: 'narrow', content }))
}

/** Shows the sign-in page with what went wrong; the password works whatever is with the provider. */
async function refuseSignIn(
  { audit, frame, institution }: InstitutionDesk,
  c: Context<WebEnv>,
  { code, reviewer }: { code: InstitutionRefusal; reviewer?: string },
): Promise<Response> {
  await audit.record({ kind: 'institution-refused', code, ...(reviewer === undefined ? {} : { reviewer }) })
  const { kind, text, remedy } = refusalWords(code, institution.name)
  const errors = [{ text: `${text} ${remedy}` }]
  const content = <SignInPage errors={errors} institution={institution.name} />
  return c.html(
    frame(c, { title: 'Sign in', place: 'none', width: 'narrow', content }),
    ERROR_HTTP_STATUS[kind],
  )
}

async function refusedConnection(
  { audit, institution }: InstitutionDesk,
  { username }: Person,
  code: InstitutionRefusal,
) {
  await audit.record({ kind: 'institution-refused', reviewer: username, code })
  return refusalError(code, institution.name)
}

function cookieOptions({ deskUrl }: Pick<InstitutionDesk, 'deskUrl'>) {
  return {
    path: paths.institutionReturn,
    httpOnly: true,
    sameSite: 'Lax',
    secure: deskUrl().startsWith('https:'),
  } as const
}
