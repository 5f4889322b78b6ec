import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'

/** A public key of a passkey, and how its signatures are checked (`algorithm` as `crypto.verify` takes it). */
export type CoseKey = { readonly key: KeyObject; readonly algorithm: 'sha256' | null }

/** The algorithms that passkeys of a desk may have, as COSE numbers them: EdDSA (Ed25519), ES256 and RS256. */
export const PASSKEY_ALGORITHMS = [-8, -7, -257] as const

/** Shorter RSA keys are not believed (NIST SP 800-131A). */
const LEAST_RSA_BITS = 2048

/**
 * Reads a COSE_Key (RFC 9052 section 7, with the parameters of RFC 9053 section 7 and RFC 8230 section 4): P-256 with
 * ES256, Ed25519 with EdDSA, or RSA with RS256. Undefined for everything else, also where a byte is left over.
 */
export function parseCoseKey(bytes: Uint8Array): CoseKey | undefined {
  const fields = readCborMap(bytes)
  if (fields === undefined) return undefined
  const jwk = jwkOf(fields)
  if (jwk === undefined) return undefined
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' }) // refuses a point that is not on the curve
    const bits = key.asymmetricKeyDetails?.modulusLength
    if (bits !== undefined && bits < LEAST_RSA_BITS) return undefined
    return { key, algorithm: jwk.kty === 'OKP' ? null : 'sha256' }
  } catch {
    return undefined
  }
}

/** The name of a passkey: SHA-256 of its COSE_Key, which is given in base64url. */
export function passkeyId(publicKey: string): Digest {
  return Digest.parse(createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex'))
}

const LABEL = { keyType: 1, algorithm: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 } as const

function jwkOf(fields: ReadonlyMap<number, CborValue>) {
  const text = (label: number, length?: number) => {
    const value = fields.get(label)
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) return undefined
    return Buffer.from(value).toString('base64url')
  }
  const is = (...expected: [label: number, value: number][]) =>
    expected.every(([label, value]) => fields.get(label) === value)
  const { keyType, algorithm, curve } = LABEL
  if (is([keyType, 2], [algorithm, -7], [curve, 1])) {
    const [x, y] = [text(LABEL.x, 32), text(LABEL.y, 32)]
    return x !== undefined && y !== undefined ? { kty: 'EC', crv: 'P-256', x, y } : undefined
  }
  if (is([keyType, 1], [algorithm, -8], [curve, 6])) {
    const x = text(LABEL.x, 32)
    return x !== undefined ? { kty: 'OKP', crv: 'Ed25519', x } : undefined
  }
  if (is([keyType, 3], [algorithm, -257])) {
    const [n, e] = [text(LABEL.modulus), text(LABEL.exponent)]
    return n !== undefined && e !== undefined ? { kty: 'RSA', n, e } : undefined
  }
  return undefined
}

type CborValue = number | Uint8Array

/** One CBOR map (RFC 8949) from integers to integers and byte strings, with definite lengths: all that a COSE_Key here needs. */
function readCborMap(bytes: Uint8Array): ReadonlyMap<number, CborValue> | undefined {
  const fields = new Map<number, CborValue>()
  const head = readHead(bytes, 0)
  if (head?.major !== MAJOR.map) return undefined
  let at = head.next
  for (let left = head.argument; left > 0; left -= 1) {
    const label = readItem(bytes, at)
    const value = label && readItem(bytes, label.next)
    if (label === undefined || value === undefined) return undefined
    if (typeof label.value !== 'number' || fields.has(label.value)) return undefined
    fields.set(label.value, value.value)
    at = value.next
  }
  return at === bytes.length ? fields : undefined
}

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, map: 5 } as const

function readItem(bytes: Uint8Array, at: number): { value: CborValue; next: number } | undefined {
  const head = readHead(bytes, at)
  if (head === undefined) return undefined
  const { major, argument, next } = head
  if (major === MAJOR.unsigned) return { value: argument, next }
  if (major === MAJOR.negative) return { value: -1 - argument, next }
  const end = next + argument
  if (major !== MAJOR.bytes || end > bytes.length) return undefined
  return { value: bytes.subarray(next, end), next: end }
}

/** The head of an item: its major type and its argument of at most two bytes, since no key here is longer. */
function readHead(
  bytes: Uint8Array,
  at: number,
): { major: number; argument: number; next: number } | undefined {
  const [first, one, two] = bytes.subarray(at, at + 3)
  if (first === undefined) return undefined
  const major = first >> 5
  const short = first & 0x1f
  if (short < 24) return { major, argument: short, next: at + 1 }
  if (short === 24 && one !== undefined) return { major, argument: one, next: at + 2 }
  if (short === 25 && one !== undefined && two !== undefined) {
    return { major, argument: one * 256 + two, next: at + 3 }
  }
  return undefined
}
