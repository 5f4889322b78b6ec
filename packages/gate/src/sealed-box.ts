import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

/** A key for {@link sealForSite} in one of its halves: SPKI or PKCS #8 DER, in base64. */
export type BoxKeyPair = { readonly publicKey: string; readonly privateKey: string }

const NONCE_BYTES = 12
const TAG_BYTES = 16
const PUBLIC_KEY_BYTES = 44
const INFO = 'scoregate-sealed-box-v1'

/**
 * Seals bytes so that only whoever has `key` (32 bytes) can read or alter them: AES-256-GCM with a random nonce, bound to
 * `about`, which is not secret and must be the same when the box is opened.
 */
export function sealWithKey(key: Uint8Array, about: string, content: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(about, 'utf8'))
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** Opens what {@link sealWithKey} sealed; undefined for another key, another `about`, or bytes that were changed. */
export function openWithKey(key: Uint8Array, about: string, box: Uint8Array): Buffer | undefined {
  if (box.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(about, 'utf8'))
  decipher.setAuthTag(box.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined // the tag does not fit
  }
}

/** A new pair of keys for boxes that one side seals and only the other opens (X25519, RFC 7748). */
export function newBoxKeyPair(): BoxKeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
}

/**
 * Seals bytes for the owner of a key pair: whoever sealed them cannot open them again. A key of one use, agreed with the
 * public key (X25519), gives through HKDF-SHA256 the key of the box; both public keys are part of what is derived from.
 * Throws for a public key that is none.
 */
export function sealForSite(publicKey: string, about: string, content: Uint8Array): Buffer {
  const recipient = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  const once = generateKeyPairSync('x25519')
  const oncePublic = once.publicKey.export({ format: 'der', type: 'spki' })
  const key = agree(once.privateKey, recipient, oncePublic, recipient)
  return Buffer.concat([oncePublic, sealWithKey(key, about, content)])
}

/** Opens what {@link sealForSite} sealed; undefined for another key, another `about`, or bytes that were changed. */
export function openForSite(privateKey: string, about: string, box: Uint8Array): Buffer | undefined {
  const own = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
  const oncePublic = Buffer.from(box.subarray(0, PUBLIC_KEY_BYTES))
  const key = tryAgree(own, oncePublic)
  return key && openWithKey(key, about, box.subarray(PUBLIC_KEY_BYTES))
}

function agree(own: KeyObject, other: KeyObject, oncePublic: Buffer, recipient: KeyObject): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: other })
  const salt = Buffer.concat([oncePublic, recipient.export({ format: 'der', type: 'spki' })])
  return Buffer.from(hkdfSync('sha256', shared, salt, INFO, 32))
}

/** Undefined for what is no public key of this kind, or one with which nothing secret can be agreed. */
function tryAgree(own: KeyObject, oncePublic: Buffer): Buffer | undefined {
  try {
    const sender = createPublicKey({ key: oncePublic, format: 'der', type: 'spki' })
    return agree(own, sender, oncePublic, createPublicKey(own))
  } catch {
    return undefined
  }
}
