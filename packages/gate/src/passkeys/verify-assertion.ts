import { createHash, verify } from 'node:crypto'
import type { PasskeyAssertion } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import { z } from 'zod'
import { parseCoseKey } from './cose-key.ts'

/** Why an assertion is not believed; `sentence` says so to people. */
export type AssertionFlaw = {
  readonly code:
    | 'not-an-assertion'
    | 'other-challenge'
    | 'other-origin'
    | 'not-verified'
    | 'bad-key'
    | 'bad-signature'
  readonly sentence: string
}

/** An assertion that was believed, or why it was not. */
export type AssertionReading =
  | { readonly kind: 'valid'; readonly origin: string; readonly signCount: number }
  | { readonly kind: 'invalid'; readonly flaw: AssertionFlaw }

/**
 * Checks the assertion of a passkey as the W3C's Web Authentication Level 3 says in section 7.2, "Verifying an
 * Authentication Assertion" (https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion): the steps over the client data,
 * the authenticator data and the signature, in their order. Whose credential it is and whether its counter moved (the
 * steps before and after) is for whoever keeps the credentials.
 *
 * `challenge` is the SHA-256 that was to be signed. Without `origin`, any secure origin is believed, as long as the
 * authenticator signed for its host. Never throws for what it is given.
 */
export function verifyAssertion(
  assertion: PasskeyAssertion,
  expected: { challenge: Digest; publicKey: string; origin?: string },
): AssertionReading {
  const clientDataJson = Buffer.from(assertion.clientDataJSON, 'base64url')
  const authenticatorData = Buffer.from(assertion.authenticatorData, 'base64url')
  const clientData = parseClientData(clientDataJson)
  const authenticator = parseAuthenticatorData(authenticatorData)
  if (clientData === undefined || authenticator === undefined) return FLAWS.notAnAssertion
  if (clientData.challenge !== Buffer.from(expected.challenge, 'hex').toString('base64url')) {
    return FLAWS.otherChallenge
  }
  const { origin } = clientData
  const host = secureHostOf(origin)
  if (host === undefined || (expected.origin !== undefined && origin !== expected.origin)) {
    return FLAWS.otherOrigin
  }
  // The RP ID of a desk is the host of its address, whole.
  if (!authenticator.rpIdHash.equals(sha256(Buffer.from(host, 'utf8')))) return FLAWS.otherOrigin
  if (!authenticator.isUserPresent || !authenticator.isUserVerified) return FLAWS.notVerified
  const publicKey = parseCoseKey(Buffer.from(expected.publicKey, 'base64url'))
  if (publicKey === undefined) return FLAWS.badKey
  const signed = Buffer.concat([authenticatorData, sha256(clientDataJson)])
  const signature = Buffer.from(assertion.signature, 'base64url')
  if (!verify(publicKey.algorithm, signed, publicKey.key, signature)) return FLAWS.badSignature
  return { kind: 'valid', origin, signCount: authenticator.signCount }
}

const FLAWS = {
  notAnAssertion: invalid('not-an-assertion', 'This is not the answer of a passkey to a question of a desk.'),
  otherChallenge: invalid('other-challenge', 'The passkey signed something else than this decision.'),
  otherOrigin: invalid('other-origin', 'The passkey signed for another address than that of the desk.'),
  notVerified: invalid('not-verified', 'The passkey did not verify who used it, by PIN, finger or face.'),
  badKey: invalid('bad-key', 'The public key is not one that passkeys of a desk have.'),
  badSignature: invalid('bad-signature', 'The signature does not fit the public key of the passkey.'),
} as const

function invalid(code: AssertionFlaw['code'], sentence: string): AssertionReading {
  return { kind: 'invalid', flaw: { code, sentence } }
}

/**
 * CollectedClientData (section 5.8.1). Browsers add keys at will, so others are let be; one that was made inside a frame
 * of another site is none of ours.
 */
const ClientData = z.object({
  type: z.literal('webauthn.get'),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
})

function parseClientData(json: Buffer): z.infer<typeof ClientData> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(json)
    return ClientData.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const FLAG = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, credential: 0x40 }
const EXTENSIONS = 0x80
const HEAD_BYTES = 37

/** Authenticator data of an assertion (section 6.1): SHA-256 of the RP ID, flags, counter, and extensions or nothing. */
function parseAuthenticatorData(
  bytes: Buffer,
): { rpIdHash: Buffer; isUserPresent: boolean; isUserVerified: boolean; signCount: number } | undefined {
  if (bytes.length < HEAD_BYTES) return undefined
  const flags = bytes.readUInt8(32)
  const has = (flag: number) => (flags & flag) !== 0
  if (has(FLAG.credential)) return undefined // must not be set in an assertion
  if (has(FLAG.backedUp) && !has(FLAG.backupEligible)) return undefined
  if (has(EXTENSIONS) !== bytes.length > HEAD_BYTES) return undefined
  return {
    rpIdHash: bytes.subarray(0, 32),
    isUserPresent: has(FLAG.userPresent),
    isUserVerified: has(FLAG.userVerified),
    signCount: bytes.readUInt32BE(33),
  }
}

/** The host of an origin where passkeys work: `https`, or this machine itself. Undefined for everything else. */
export function secureHostOf(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined
  const url = new URL(origin)
  if (url.origin !== origin) return undefined
  const isIpAddress = /^[0-9.]+$/.test(url.hostname) || url.hostname.startsWith('[')
  if (isIpAddress) return undefined
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost')
  return isSecure ? url.hostname : undefined
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
