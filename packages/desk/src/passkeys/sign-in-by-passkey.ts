import { randomBytes } from 'node:crypto'
import type { PasskeyRefusalCause } from '@scoregate/protocol/audit'
import type { Accounts, Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { newSecret } from '@scoregate/web/secrets'
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { paths } from '../paths.ts'
import { CHALLENGE_SECONDS, openChallenge } from './challenges.ts'
import { checkAnswer, refused } from './check-answer.ts'
import { type PasskeyDesk, requireSite } from './passkey-routes.tsx'
import { tooManyQuestions } from './register-passkey.ts'

/** Binds the question to the browser that asked for it, before there is a session. */
const ASKER_COOKIE = 'scoregate_desk_passkey'

/** The question with which somebody signs in by any passkey of theirs, known by nothing but what the passkey says. */
export async function askForSignIn(
  desk: PasskeyDesk,
  c: Context<WebEnv>,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const site = requireSite(desk)
  const asker = newSecret()
  const challenge = randomBytes(32)
  const open = { challenge: challenge.toString('base64url'), purpose: 'sign-in', asker } as const
  if (!(await openChallenge(desk.db, { ...open, now: desk.clock() }))) throw tooManyQuestions()
  setCookie(c, ASKER_COOKIE, asker, {
    path: paths.signInByPasskey,
    httpOnly: true,
    sameSite: 'Strict',
    secure: site.origin.startsWith('https:'),
    maxAge: CHALLENGE_SECONDS,
  })
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server')
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: new Uint8Array(challenge),
    userVerification: 'required',
    timeout: CHALLENGE_SECONDS * 1000,
  })
}

/** Who signed in by their passkey; or why nobody did, with the refusal on the chain. */
export async function signInByPasskey(
  desk: PasskeyDesk & { accounts: Accounts },
  c: Context<WebEnv>,
  answer: string,
): Promise<{ kind: 'signed-in'; person: Person } | { kind: 'refused'; cause: PasskeyRefusalCause }> {
  const site = requireSite(desk)
  const asker = getCookie(c, ASKER_COOKIE)
  const now = desk.clock()
  const checked =
    asker === undefined
      ? refused('not-asked')
      : await checkAnswer({ ...desk, site }, { answer, purpose: 'sign-in', asker, now })
  const owner = checked.passkey && (await desk.accounts.findPerson(checked.passkey.personId))
  if (checked.kind === 'valid') {
    if (owner !== undefined && !owner.isDisabled) return { kind: 'signed-in', person: owner }
    return refuse(desk, undefined, refused('unknown-passkey'))
  }
  return refuse(desk, owner, checked)
}

async function refuse(
  { audit }: PasskeyDesk,
  owner: Person | undefined,
  { cause }: ReturnType<typeof refused>,
): Promise<{ kind: 'refused'; cause: PasskeyRefusalCause }> {
  const name = owner === undefined ? {} : { reviewer: owner.username }
  await audit.record({ kind: 'passkey-refused', ...name, to: 'sign-in', cause })
  return { kind: 'refused', cause }
}
