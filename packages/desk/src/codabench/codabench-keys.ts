import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { CodabenchSite } from '@scoregate/protocol/deposit'

/** The keys of a site that serves Codabench queues. */
export type CodabenchKeys = Pick<CodabenchSite, 'runKey' | 'returnKey'> & {
  /** Opens return addresses; never leaves the desk. X25519, PKCS #8 DER in base64. */
  readonly returnPrivateKey: string
}

/** What stands before the 32 bytes of an X25519 private key in PKCS #8 DER (RFC 8410, section 7). */
const X25519_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * Derives the keys from the site's own (HKDF-SHA256), so that there is no further secret to keep or to lose. With another
 * site key they are others: what was sealed before cannot be opened then.
 */
export function codabenchKeysOf(siteKey: KeyObject): CodabenchKeys {
  const secret = siteKey.export({ format: 'der', type: 'pkcs8' })
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `scoregate codabench ${use} v1`, 32))
  const der = Buffer.concat([X25519_HEAD, derive('return address')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  return {
    runKey: derive('put-off run').toString('base64'),
    returnKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    returnPrivateKey: der.toString('base64'),
  }
}
