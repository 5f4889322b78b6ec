import { randomBytes } from 'node:crypto'
import { PASSKEY_ALGORITHMS, parseCoseKey } from '@scoregate/gate/cose-key'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Person } from '@scoregate/web/accounts'
import type { PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { Base64Url, challengeIn, parseAnswer } from './browser-answer.ts'
import { CHALLENGE_SECONDS, openChallenge, takeChallenge } from './challenges.ts'
import { type PasskeyRefusal, refused } from './check-answer.ts'
import { addPasskey, ensureUserHandle, listPasskeys, MOST_PASSKEYS } from './passkey-records.ts'
import type { PasskeySite } from './passkey-site.ts'

type RegisteringSite = { readonly db: DeskDb; readonly site: PasskeySite; readonly siteName: string }

/**
 * The question with which a browser has a passkey made for somebody: one that can be found without a name, and that
 * verifies its user. Throws `ScoregateError` (`too-many-passkeys`).
 */
export async function askForNewPasskey(
  { db, site, siteName }: RegisteringSite,
  { person, asker, now }: { person: Person; asker: string; now: Date },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const own = await listPasskeys(db, person.id)
  if (own.length >= MOST_PASSKEYS) throw tooManyPasskeys()
  const challenge = randomBytes(32)
  await open(db, { challenge, asker, now })
  const { generateRegistrationOptions } = await import('@simplewebauthn/server')
  return generateRegistrationOptions({
    rpName: siteName,
    rpID: site.rpId,
    userName: person.username,
    userID: new Uint8Array(Buffer.from(await ensureUserHandle(db, person.id), 'base64url')),
    challenge: new Uint8Array(challenge),
    timeout: CHALLENGE_SECONDS * 1000,
    attestationType: 'none', // which make it is does not matter here, and asking would tell more than is needed
    excludeCredentials: own.map(({ credentialId: id, transports }) => ({ id, transports: [...transports] })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
  })
}

const Answer = z.object({
  id: Base64Url,
  response: z.object({
    attestationObject: Base64Url,
    clientDataJSON: Base64Url,
    transports: z.array(z.string().max(32)).max(8).default([]),
  }),
})

/** Takes a passkey that a browser has made, under a name of its owner's choice. */
export async function registerPasskey(
  { db, site }: RegisteringSite,
  given: { person: Person; asker: string; answer: string; name: string; now: Date },
): Promise<{ kind: 'added' } | PasskeyRefusal> {
  const { person, asker, name, now } = given
  const answer = parseAnswer(given.answer, Answer)
  if (answer === undefined) return refused('not-an-assertion')
  const challenge = challengeIn(answer.response.clientDataJSON)
  if (challenge === undefined) return refused('not-an-assertion')
  const asked = await takeChallenge(db, { challenge, purpose: 'register', asker, now })
  if (asked === undefined) return refused('not-asked')
  const info = await verify(site, answer, challenge)
  if (info === undefined) return refused('not-an-assertion')
  const publicKey = Buffer.from(info.credential.publicKey)
  if (parseCoseKey(publicKey) === undefined) return refused('bad-key')
  const isNew = await addPasskey(db, {
    person,
    passkey: {
      credentialId: info.credential.id,
      name,
      publicKey: publicKey.toString('base64url'),
      signCount: info.credential.counter,
      transports: answer.response.transports,
    },
    now,
  })
  return isNew ? { kind: 'added' } : refused('other-person')
}

async function verify(
  { origin, rpId }: PasskeySite,
  { id, response }: z.infer<typeof Answer>,
  challenge: string,
) {
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  const { attestationObject, clientDataJSON } = response
  const answer: RegistrationResponseJSON = {
    ...{ id, rawId: id, type: 'public-key', clientExtensionResults: {} },
    response: { attestationObject, clientDataJSON },
  }
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: answer,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    })
    return registrationInfo
  } catch {
    return undefined // whatever it objects to, the passkey is not taken
  }
}

async function open(
  db: DeskDb,
  { challenge, asker, now }: { challenge: Buffer; asker: string; now: Date },
): Promise<void> {
  const text = challenge.toString('base64url')
  if (!(await openChallenge(db, { challenge: text, purpose: 'register', asker, now })))
    throw tooManyQuestions()
}

/** The error where more questions to passkeys are open than a desk of people can have. */
export function tooManyQuestions(): ScoregateError {
  return new ScoregateError({
    kind: 'limit-reached',
    code: 'too-many-passkey-questions',
    message: 'Too many passkeys are being asked for at this desk.',
    remedy: 'Wait five minutes and try again.',
  })
}

function tooManyPasskeys(): ScoregateError {
  return new ScoregateError({
    kind: 'limit-reached',
    code: 'too-many-passkeys',
    message: `You have ${MOST_PASSKEYS} passkeys, and more are not kept.`,
    remedy: 'Remove one that you do not use.',
  })
}
