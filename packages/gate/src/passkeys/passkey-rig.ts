import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { PasskeyAssertion } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'

/** A passkey in memory, which signs whatever a test asks it to. */
export type PasskeyRig = {
  /** COSE_Key in base64url. */
  readonly publicKey: string
  assert(given: AssertionGiven): PasskeyAssertion
}

/** What an authenticator and a browser put into an assertion; everything that is left out is as it should be. */
export type AssertionGiven = {
  challenge: Digest
  origin?: string
  rpId?: string
  flags?: number
  signCount?: number
  extensions?: Uint8Array
  clientData?: Record<string, unknown>
}

const ORIGIN = 'https://desk.example'

/** A new passkey with a key of this kind. */
export function createPasskey(kind: 'ES256' | 'EdDSA' | 'RS256' = 'ES256'): PasskeyRig {
  const { privateKey, cose } = KEYS[kind]()
  return {
    publicKey: cose.toString('base64url'),
    assert: (given) => makeAssertion(privateKey, given),
  }
}

function makeAssertion(privateKey: KeyObject, given: AssertionGiven): PasskeyAssertion {
  const origin = given.origin ?? ORIGIN
  const clientDataJson = Buffer.from(
    JSON.stringify({
      type: 'webauthn.get',
      challenge: Buffer.from(given.challenge, 'hex').toString('base64url'),
      origin,
      crossOrigin: false,
      ...given.clientData,
    }),
  )
  const count = Buffer.alloc(4)
  count.writeUInt32BE(given.signCount ?? 0)
  const authenticatorData = Buffer.concat([
    createHash('sha256')
      .update(given.rpId ?? new URL(origin).hostname)
      .digest(),
    Buffer.from([given.flags ?? 0x05]),
    count,
    given.extensions ?? Buffer.alloc(0),
  ])
  const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJson).digest()])
  const algorithm = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return {
    authenticatorData: authenticatorData.toString('base64url'),
    clientDataJSON: clientDataJson.toString('base64url'),
    signature: sign(algorithm, signed, privateKey).toString('base64url'),
  }
}

const KEYS = {
  ES256: () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    return { privateKey, cose: hex('a5010203262001', '215820', bytesOf(x), '225820', bytesOf(y)) }
  },
  EdDSA: () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const { x } = publicKey.export({ format: 'jwk' })
    return { privateKey, cose: hex('a4010103272006', '215820', bytesOf(x)) }
  },
  RS256: () => rsaKey(2048),
}

/** An RSA key of any length, also of one that is too short. */
export function rsaKey(modulusLength: number): { privateKey: KeyObject; cose: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const { n, e } = publicKey.export({ format: 'jwk' })
  const modulus = Buffer.from(bytesOf(n), 'hex')
  const length = modulus.length.toString(16).padStart(4, '0')
  return { privateKey, cose: hex('a401030339010020', `59${length}`, bytesOf(n), '2143', bytesOf(e)) }
}

function bytesOf(base64url: string | undefined): string {
  return Buffer.from(base64url ?? '', 'base64url').toString('hex')
}

function hex(...parts: string[]): Buffer {
  return Buffer.from(parts.join(''), 'hex')
}
