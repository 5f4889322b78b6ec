import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { access, link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sitePublicKeyOf } from '@scoregate/gate/receipt'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { SitePublicKey } from '@scoregate/protocol/receipt'
import { auditFileOf } from '../audit/audit-file-name.ts'

/** Where a desk keeps the private key with which it signs receipts: PKCS #8 in PEM, for its owner's eyes only. */
export function siteKeyFileOf(dataFolder: string): string {
  return join(dataFolder, 'site-key.pem')
}

/**
 * The Ed25519 key of the site whose desk has this data folder; made if the folder is new. Two programs that ask at once
 * get the same key. Throws `ScoregateError`: `site-key-missing` when the site has signed before and the key is gone (a
 * new one would be believed nowhere), `bad-site-key` when the file holds something else.
 */
export async function ensureSiteKey(dataFolder: string): Promise<KeyObject> {
  const file = siteKeyFileOf(dataFolder)
  if (!(await exists(file))) {
    if (await exists(auditFileOf(dataFolder))) throw siteKeyMissing(file)
    await mkdir(dataFolder, { recursive: true, mode: 0o700 })
    await writeOnce(file, generateKeyPairSync('ed25519').privateKey)
  }
  return readKey(file)
}

/** The public half of the key that `ensureSiteKey` gives: what a hub must know of this site. */
export async function ensureSitePublicKey(dataFolder: string): Promise<SitePublicKey> {
  return sitePublicKeyOf(await ensureSiteKey(dataFolder))
}

/** Whole or not at all, and the first one wins: a link, unlike a rename, never replaces what is there. */
async function writeOnce(file: string, key: KeyObject): Promise<void> {
  const temporary = `${file}.${randomUUID()}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(key.export({ format: 'pem', type: 'pkcs8' }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(temporary, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(temporary, { force: true })
  }
  await syncFolderOf(file)
}

async function syncFolderOf(file: string): Promise<void> {
  const folder = await open(join(file, '..'), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function readKey(file: string): Promise<KeyObject> {
  let key: KeyObject | undefined
  let cause: unknown
  try {
    key = createPrivateKey(await readFile(file))
  } catch (error) {
    cause = error
  }
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-site-key',
    message: `The file ${file} does not hold an Ed25519 private key that can be read.`,
    remedy: 'Restore it from a copy. Without it this site can sign no receipt, and nothing is released.',
    cause,
  })
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function siteKeyMissing(file: string): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'site-key-missing',
    message: `The key of this site, ${file}, is gone, and the site has signed with it before.`,
    remedy:
      'Restore it from a copy. If it is lost, put another in its place (openssl genpkey -algorithm ed25519), ' +
      'and give its public half (scoregate desk key) to every hub that knows this site.',
  })
}
