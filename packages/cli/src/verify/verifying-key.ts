import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { keyIdOf, sitePublicKeyOf } from '@scoregate/gate/receipt'
import { ScoregateError } from '@scoregate/protocol/errors'
import { Receipt, SitePublicKey } from '@scoregate/protocol/receipt'
import { z } from 'zod'
import { ask } from '../connection.ts'

/** The key that a receipt is checked with, and on whose word. */
export type VerifyingKey =
  | { readonly kind: 'given'; readonly key: SitePublicKey }
  | {
      readonly kind: 'from-hub'
      readonly key: SitePublicKey
      readonly hub: string
      /** When another key took its place. */
      readonly validUntil: string | null
    }
  /** The hub knows no site that signs with the key that the receipt names, or it is no receipt at all. */
  | { readonly kind: 'unknown'; readonly hub: string }

/** The key as it was given, or as the hub tells. Throws `ScoregateError` where neither can be read. */
export async function findVerifyingKey(given: {
  key: string | undefined
  hub: string | undefined
  receipt: unknown
}): Promise<VerifyingKey> {
  const { key, hub, receipt } = given
  if (key !== undefined) return { kind: 'given', key: await readKey(key) }
  return fetchKey((hub ?? '').replace(/\/+$/, ''), receipt)
}

async function readKey(text: string): Promise<SitePublicKey> {
  const literal = SitePublicKey.safeParse(text)
  if (literal.success) return literal.data
  let content: string
  try {
    content = (await readFile(text, 'utf8')).trim()
  } catch (cause) {
    throw notAKey(text, cause)
  }
  const written = SitePublicKey.safeParse(content)
  if (written.success) return written.data
  try {
    return sitePublicKeyOf(createPublicKey(content))
  } catch (cause) {
    throw notAKey(text, cause)
  }
}

const HubKey = z.object({ public_key: SitePublicKey, valid_until: z.string().nullable() })

async function fetchKey(hub: string, receipt: unknown): Promise<VerifyingKey> {
  const keyId = Receipt.safeParse(receipt).data?.signatures[0]?.keyid
  if (keyId === undefined) return { kind: 'unknown', hub }
  try {
    const answer = await ask({ url: hub }, { method: 'GET', path: `/api/site-keys/${keyId}` }, HubKey)
    if (keyIdOf(answer.public_key) !== keyId) return { kind: 'unknown', hub }
    return { kind: 'from-hub', hub, key: answer.public_key, validUntil: answer.valid_until }
  } catch (error) {
    if (error instanceof ScoregateError && error.kind === 'not-found') return { kind: 'unknown', hub }
    throw error
  }
}

function notAKey(text: string, cause: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'not-a-key',
    message: `"${text.slice(0, 200)}" is neither an Ed25519 public key in base64 nor a readable file with one.`,
    remedy: 'Ask the data owner for the public key of their site, or use --hub.',
    cause,
  })
}
