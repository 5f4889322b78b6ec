import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { manifestDigest } from '@scoregate/gate/manifest'
import { Digest } from '@scoregate/protocol/digest'
import { Manifest } from '@scoregate/protocol/manifest'
import { openRecords } from '@scoregate/storage/records'
import type { EscapeCase } from '../../case.ts'
import type { EscapeSite } from '../../rig/escape-site.ts'

/** The part of the desk's records that the attacker is taken to have guessed, but for one byte of one file. */
type HoldTable = { hold: { id: string; manifest_json: string } }

async function readManifest(site: EscapeSite, holdId: string): Promise<Manifest> {
  const { db, close } = await openRecords<HoldTable>(join(site.deskFolder, 'records.db'))
  try {
    const row = await db
      .selectFrom('hold')
      .select('manifest_json')
      .where('id', '=', holdId)
      .executeTakeFirstOrThrow()
    return Manifest.parse(JSON.parse(row.manifest_json))
  } finally {
    await close()
  }
}

/** The byte with which the manifest has this digest, if it is one of the 256. */
function findByte(manifest: Manifest, digest: string): number | undefined {
  for (let byte = 0; byte < 256; byte += 1) {
    const sha256 = Digest.parse(createHash('sha256').update(Buffer.of(byte)).digest('hex'))
    const entries = manifest.entries.map((entry) =>
      entry.path === 'label.bin' ? { ...entry, sha256 } : entry,
    )
    if (manifestDigest({ ...manifest, entries }) === digest) return byte
  }
  return undefined
}

export const attack: EscapeCase = {
  id: 'guess-by-hold-digest',
  family: 16,
  tries:
    'Whoever sees the digest of a hold, which is told before any decision, tries all that one file may say.',
  plants: 'The first byte of the secret, in a file that nobody releases.',
  defence: 'The manifest holds 32 random bytes that never leave, so its digest confirms no guess.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'it tells no digests' },
  async act({ site, secret, submit, result, decide }) {
    const held = await result(await submit())
    if (held.kind === 'not-run') throw new Error('The run must be held.')
    const manifest = await readManifest(site, held.hold.id)
    // The control: with everything known, the guess works.
    if (findByte(manifest, held.hold.digest) !== secret.bytes[0])
      throw new Error('The attack does not work even with everything known.')
    const guessed = { ...manifest, salt: '0'.repeat(64) }
    if (findByte(guessed, held.hold.digest) !== undefined) site.boundary.cross('inside', secret.token)
    await decide(held, 'reject')
    return 'contained'
  },
}
