import { createHash } from 'node:crypto'
import { PassThrough, type Readable } from 'node:stream'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import type { Blobs } from '@scoregate/storage/blobs'
import yazl from 'yazl'
import { entriesOfArtefact } from '../holds/artefact-entries.ts'

/** An artefact that was read once from the vault, all its digests right; reading it again gives the same bytes. */
export type MeasuredArtefact = {
  readonly name: ArtefactName
  readonly sha256: Digest
  readonly sizeBytes: number
  open(): Promise<Readable>
}

/**
 * The oldest time that a zip can name. Built from local parts because the archive writer reads local parts: so the same
 * hold gives the same bytes in every time zone.
 */
function archiveTime(): Date {
  return new Date(1980, 0, 1)
}
/** A regular file that anybody may read. */
const ARCHIVE_MODE = 0o100644

/**
 * Reads an artefact through, so that nothing is sent before every byte of it was compared with its manifest, and tells
 * its digest and size. Throws `ScoregateError` (`vault-altered`, `blob-missing`) if the vault has other bytes.
 */
export async function measureArtefact(
  blobs: Blobs,
  manifest: Manifest,
  name: ArtefactName,
): Promise<MeasuredArtefact> {
  const entries = entriesOfArtefact(manifest, name)
  const open = () => openArtefact(blobs, entries, name)
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of await open()) {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  return { name, sha256: Digest.parse(hash.digest('hex')), sizeBytes, open }
}

async function openArtefact(
  blobs: Blobs,
  entries: readonly ManifestEntry[],
  name: ArtefactName,
): Promise<Readable> {
  if (name === 'output' || name === 'predictions') return openArchive(blobs, entries)
  const [entry] = entries
  if (entry === undefined) throw vaultAltered(name)
  return openEntry(blobs, entry)
}

async function openEntry(blobs: Blobs, entry: ManifestEntry): Promise<Readable> {
  const stored = await blobs.find(entry.sha256)
  if (stored?.sizeBytes !== entry.sizeBytes) throw vaultAltered(entry.path)
  return (await blobs.open(entry.sha256)).stream
}

/**
 * A zip of the sealed files by name, all with one time and one mode, and uncompressed, so that its bytes depend on the
 * manifest alone and on no version of a compressor: nothing can hide in them that the reviewer was not shown.
 */
function openArchive(blobs: Blobs, entries: readonly ManifestEntry[]): Readable {
  const zip = new yazl.ZipFile()
  const out = new PassThrough()
  let current: Readable | undefined
  const fail = (error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error)))
  zip.on('error', fail)
  out.on('close', () => current?.destroy())
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    const options = {
      mtime: archiveTime(),
      mode: ARCHIVE_MODE,
      compress: false,
      forceDosTimestamp: true,
      size: entry.sizeBytes,
    }
    zip.addReadStreamLazy(entry.path, options, (give) => {
      openEntry(blobs, entry).then((stream) => {
        current = stream
        // The archive writer does not listen: unheard, altered bytes would end the program.
        stream.on('error', fail)
        give(null, stream)
      }, fail)
    })
  }
  zip.end()
  zip.outputStream.on('error', fail).pipe(out)
  return out
}

function vaultAltered(what: string): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'vault-altered',
    message: `The vault no longer has "${what}" as it was sealed.`,
    remedy: 'Nothing was released. Look for a failing disk or for somebody who changed the file.',
  })
}
