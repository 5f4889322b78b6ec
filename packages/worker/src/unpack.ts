import { chmod, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { ArchiveNames } from './archive-names.ts'

/** What came of unpacking; `why` is for the site's log, and names an entry only with everything unprintable escaped. */
export type Unpacked =
  | { readonly kind: 'unpacked'; readonly files: number; readonly bytes: number }
  | { readonly kind: 'refused'; readonly why: string }

/** Largest number of entries of an archive; more is a bomb of tiny files (attacks.md, family 8). */
export const LARGEST_ENTRY_COUNT = 100_000
// Text of zeros packs a thousandfold, ordinary tables twentyfold; small files may do as they like.
const LARGEST_RATIO = 200
const RATIO_COUNTS_FROM_BYTES = 10 * 1024 * 1024

const S_IFMT = 0o170000
const S_IFREG = 0o100000
const S_IFDIR = 0o040000
const ANY_EXECUTE = 0o111

class ArchiveRefusal extends Error {}

/**
 * Unpacks a zip into `folder`, which must exist and be empty. The archive is hostile: links, devices, names that climb or
 * collide, encryption, sizes that lie, and bombs are refused; on a refusal the folder is left half-filled for its owner to
 * remove. Files become 0644 (0755 if they were executable), folders 0755. Litter of macOS is left out. Throws only when
 * the disk fails or `signal` is aborted.
 */
export async function unpackArchive(given: {
  readonly archive: string
  readonly folder: string
  readonly maxBytes: number
  readonly signal: AbortSignal
}): Promise<Unpacked> {
  let zip: ZipFile
  try {
    zip = await openPromise(given.archive, { lazyEntries: true, autoClose: false, strictFileNames: true })
  } catch {
    return { kind: 'refused', why: 'it is no zip archive' }
  }
  try {
    if (zip.entryCount > LARGEST_ENTRY_COUNT) {
      return { kind: 'refused', why: `it has ${zip.entryCount} entries; ${LARGEST_ENTRY_COUNT} are allowed` }
    }
    return await unpackEntries(zip, given)
  } catch (error) {
    given.signal.throwIfAborted()
    if (error instanceof Error && 'syscall' in error) throw error
    // What remains are refusals, ours and those of the zip reader (bad names, sizes that lie, broken data).
    return {
      kind: 'refused',
      why: error instanceof ArchiveRefusal ? error.message : 'it is damaged or lies about itself',
    }
  } finally {
    zip.close()
  }
}

async function unpackEntries(
  zip: ZipFile,
  given: { readonly folder: string; readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Unpacked> {
  const names = new ArchiveNames()
  let files = 0
  let bytes = 0
  for await (const entry of zip.eachEntry()) {
    given.signal.throwIfAborted()
    const refusal = refusalOf(entry)
    if (refusal !== undefined) throw new ArchiveRefusal(refusal)
    const place = names.add(entry.fileName)
    if (place.kind === 'litter') continue
    if (place.kind === 'refused') throw new ArchiveRefusal(place.why)
    const target = join(given.folder, place.path)
    if (place.kind === 'folder') {
      await makeFolder(given.folder, target)
      continue
    }
    if (bytes + entry.uncompressedSize > given.maxBytes) {
      throw new ArchiveRefusal(
        `unpacked it is larger than the ${given.maxBytes} bytes that the policy allows`,
      )
    }
    await makeFolder(given.folder, dirname(target))
    await writeEntry(zip, entry, target, given.signal)
    bytes += entry.uncompressedSize
    files += 1
  }
  return { kind: 'unpacked', files, bytes }
}

function refusalOf(entry: Entry): string | undefined {
  if (entry.isEncrypted()) return 'it is encrypted'
  const mode = unixMode(entry)
  const kind = mode & S_IFMT
  if (kind !== 0 && kind !== S_IFREG && kind !== S_IFDIR) return 'it has a link or a device in it'
  if (kind === S_IFDIR && !entry.fileName.endsWith('/')) return 'a folder in it has the name of a file'
  const { uncompressedSize, compressedSize } = entry
  if (uncompressedSize > RATIO_COUNTS_FROM_BYTES && uncompressedSize > compressedSize * LARGEST_RATIO) {
    return `a file in it is packed more than ${LARGEST_RATIO} times`
  }
  return undefined
}

/** The Unix mode (APPNOTE.TXT 4.4.15), whatever system the archive claims to be from: extractors act on these bits. */
function unixMode(entry: Entry): number {
  return (entry.externalFileAttributes >>> 16) & 0xffff
}

async function writeEntry(zip: ZipFile, entry: Entry, target: string, signal: AbortSignal): Promise<void> {
  // `wx`: whatever a name manages to be, nothing that is there is written over.
  const file = await open(target, 'wx', 0o600)
  try {
    const source = await zip.openReadStreamPromise(entry)
    // Listened to from its first moment: an entry that lies about its size fails at once, and an error that nobody
    // hears would end the worker. The loop throws it.
    source.on('error', () => undefined)
    for await (const chunk of source) {
      signal.throwIfAborted()
      await file.writeFile(chunk)
    }
    await file.chmod((unixMode(entry) & ANY_EXECUTE) === 0 ? 0o644 : 0o755)
  } finally {
    await file.close()
  }
}

/** Makes a folder and those above it, down from `root`, with the same mode whatever the process's umask. */
async function makeFolder(root: string, folder: string): Promise<void> {
  if (folder === root) return
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755)
}
