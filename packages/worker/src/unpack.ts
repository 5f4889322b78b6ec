import { chmod, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { type ArchivedItem, listContents, unixMode } from './archive-contents.ts'
import { ArchiveRefusal, readArchiveLayout } from './archive-layout.ts'

/** What came of unpacking; `why` is for the site's log, and names an entry only with everything unprintable escaped. */
export type Unpacked =
  | { readonly kind: 'unpacked'; readonly files: number; readonly bytes: number }
  | { readonly kind: 'refused'; readonly why: string }

const ANY_EXECUTE = 0o111

/**
 * Unpacks a zip into `folder`, which must exist and be empty. The archive is hostile: links, devices, names that climb or
 * collide, encryption, sizes that lie, two descriptions that differ, and bombs are refused, nearly all before anything is
 * written; what shows only while unpacking leaves the folder half-filled for its owner to remove, with no more in it than
 * `maxBytes`. An archive in the archive is a file like any other. Files become 0644 (0755 if they were executable), folders
 * 0755. Litter of macOS is left out. Throws only when the disk fails or `signal` is aborted.
 */
export async function unpackArchive(given: {
  readonly archive: string
  readonly folder: string
  readonly maxBytes: number
  readonly signal: AbortSignal
}): Promise<Unpacked> {
  const { archive, folder, signal } = given
  let zip: ZipFile | undefined
  try {
    const layout = await readArchiveLayout(archive)
    // Names are decoded and sizes compared here, so that each refusal says what it is about.
    zip = await openPromise(archive, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    })
    const items = await listContents(zip, layout, given)
    return await unpackItems(zip, items, folder, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && 'syscall' in error) throw error
    // What remains are refusals, ours and those of the zip reader (broken data).
    return { kind: 'refused', why: error instanceof ArchiveRefusal ? error.message : 'it is damaged' }
  } finally {
    zip?.close()
  }
}

async function unpackItems(
  zip: ZipFile,
  items: readonly ArchivedItem[],
  folder: string,
  signal: AbortSignal,
): Promise<Unpacked> {
  let files = 0
  let bytes = 0
  for (const { kind, path, entry } of items) {
    signal.throwIfAborted()
    const target = join(folder, path)
    if (kind === 'folder') {
      await makeFolder(folder, target)
      continue
    }
    await makeFolder(folder, dirname(target))
    await writeEntry(zip, entry, target, signal)
    bytes += entry.uncompressedSize
    files += 1
  }
  return { kind: 'unpacked', files, bytes }
}

async function writeEntry(zip: ZipFile, entry: Entry, target: string, signal: AbortSignal): Promise<void> {
  // `wx`: whatever a name manages to be, nothing that is there is written over.
  const file = await open(target, 'wx', 0o600)
  try {
    const source = await zip.openReadStreamPromise(entry)
    // Listened to from its first moment: data that is broken fails at once, and an error that nobody hears would end the
    // worker. The loop throws it.
    source.on('error', () => undefined)
    let written = 0
    let sum = 0
    for await (const chunk of source) {
      signal.throwIfAborted()
      written += chunk.length
      if (written > entry.uncompressedSize) throw new ArchiveRefusal('a file in it is larger than it says')
      sum = crc32(chunk, sum)
      await file.writeFile(chunk)
    }
    if (written < entry.uncompressedSize) throw new ArchiveRefusal('a file in it is smaller than it says')
    if (sum !== entry.crc32) throw new ArchiveRefusal('a file in it has other bytes than its checksum says')
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
