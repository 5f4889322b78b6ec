import { type AssertionFlaw, verifyAssertion } from '@scoregate/gate/verify-assertion'
import type { PasskeyRefusalCause } from '@scoregate/protocol/audit'
import { PasskeyAssertion } from '@scoregate/protocol/decision-statement'
import { Digest } from '@scoregate/protocol/digest'
import { z } from 'zod'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { Base64Url, challengeIn, parseAnswer } from './browser-answer.ts'
import { type ChallengePurpose, takeChallenge } from './challenges.ts'
import { countUse, ensureUserHandle, findPasskey, type Passkey } from './passkey-records.ts'
import type { PasskeySite } from './passkey-site.ts'

/** Why the answer of a passkey was not taken; `sentence` says so to whoever used it, with what they can do. */
export type PasskeyRefusal = {
  readonly kind: 'refused'
  readonly cause: PasskeyRefusalCause
  readonly sentence: string
  /** Whose passkey it is, where it is somebody's. */
  readonly passkey?: Passkey
}

/** What a passkey answered, and that it is to be believed. */
export type PasskeyAnswer = {
  readonly kind: 'valid'
  readonly passkey: Passkey
  readonly assertion: PasskeyAssertion
  /** Of the question, where it has one. */
  readonly nonce: string | undefined
}

/** AuthenticationResponseJSON (Web Authentication Level 3, section 5.1), as far as it is read here. */
const Answer = z.object({
  id: Base64Url,
  response: PasskeyAssertion.extend({ userHandle: Base64Url.nullish() }).strip(),
})

/**
 * Checks what a passkey answered to a question of this desk: the question was put to this session for this purpose, and is
 * taken with this one answer; the passkey is of the person (where one is signed in); it signed this challenge at this
 * address, and verified its user; its counter went on. Two programs check the signature, one of them that of
 * `scoregate verify`, so that nothing gets onto a receipt that is not believed there.
 *
 * `challengeOf` gives the challenge that should have been signed, from the nonce of the question.
 */
export async function checkAnswer(
  { db, site }: { db: DeskDb; site: PasskeySite },
  given: {
    answer: string
    purpose: ChallengePurpose
    asker: string
    personId?: number
    challengeOf?: (nonce: string) => Digest
    now: Date
  },
): Promise<PasskeyAnswer | PasskeyRefusal> {
  const answer = parseAnswer(given.answer, Answer)
  if (answer === undefined) return refused('not-an-assertion')
  const { userHandle, ...assertion } = answer.response
  const asked = challengeIn(assertion.clientDataJSON)
  if (asked === undefined) return refused('not-an-assertion')
  const open = await takeChallenge(db, { ...given, challenge: asked })
  if (open === undefined) return refused('not-asked')
  const passkey = await findPasskey(db, answer.id)
  if (passkey === undefined) return refused('unknown-passkey')
  if (given.personId !== undefined && passkey.personId !== given.personId)
    return refused('other-person', passkey)
  // Somebody who is not signed in is known by the handle alone; the others may leave it out.
  const handle = userHandle ?? undefined
  const isOwn = handle === (await ensureUserHandle(db, passkey.personId))
  if (!isOwn && (handle !== undefined || given.personId === undefined))
    return refused('other-person', passkey)
  const flaw = await findFlaw(site, { ...given, id: answer.id, asked, nonce: open.nonce, passkey, assertion })
  if (flaw !== undefined) return refused(flaw, passkey)
  const signCount = Buffer.from(assertion.authenticatorData, 'base64url').readUInt32BE(33)
  const isCounted = await countUse(db, { credentialId: passkey.credentialId, signCount, now: given.now })
  if (!isCounted) return refused('cloned', passkey)
  return { kind: 'valid', passkey, assertion, nonce: open.nonce }
}

/** What is wrong with an assertion over the challenge that was to be signed; two programs look, and one objection is enough. */
async function findFlaw(
  { origin, rpId }: PasskeySite,
  given: {
    id: string
    asked: string
    nonce: string | undefined
    challengeOf?: (nonce: string) => Digest
    passkey: Passkey
    assertion: PasskeyAssertion
  },
): Promise<AssertionFlaw['code'] | undefined> {
  const { id, passkey, assertion, challengeOf, nonce } = given
  const challenge =
    challengeOf === undefined
      ? Digest.safeParse(Buffer.from(given.asked, 'base64url').toString('hex')).data
      : nonce && challengeOf(nonce)
  if (!challenge) return 'other-challenge'
  const { publicKey } = passkey
  const reading = verifyAssertion(assertion, { challenge: Digest.parse(challenge), publicKey, origin })
  if (reading.kind === 'invalid') return reading.flaw.code
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: { id, rawId: id, type: 'public-key', response: assertion, clientExtensionResults: {} },
      expectedChallenge: Buffer.from(challenge, 'hex').toString('base64url'),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 },
    })
    return verified ? undefined : 'bad-signature'
  } catch {
    return 'not-an-assertion' // whatever it objects to, the answer is not taken
  }
}

const SENTENCES = {
  'not-asked': 'The passkey answered too late, or a second time. Try again.',
  'unknown-passkey': 'This passkey is not known here. Use another, or add it under “My account”.',
  'other-person': 'This is the passkey of somebody else. Use your own.',
  cloned:
    'The counter of this passkey went back, so there may be a copy of it. Remove it under “My account”, add a new one, and tell whoever answers for this site.',
  'not-an-assertion': 'The browser sent something that is not the answer of a passkey. Try again.',
  'other-challenge':
    'The passkey signed something else than what was sent. Look at it once more, and try again.',
  'other-origin': 'The passkey signed for another address. Open the desk at its own address, and try again.',
  'not-verified':
    'The passkey did not verify that it is you, by PIN, finger or face. Try again, or use another.',
  'bad-key': 'The key of this passkey is of a kind that is not known here. Use another.',
  'bad-signature': 'The signature of the passkey does not fit. Try again, or use another.',
} as const satisfies Record<PasskeyRefusalCause, string>

/** A refusal in the words for whoever used the passkey. */
export function refused(cause: PasskeyRefusalCause, passkey?: Passkey): PasskeyRefusal {
  return { kind: 'refused', cause, sentence: SENTENCES[cause], ...(passkey === undefined ? {} : { passkey }) }
}
