import { closeSync, fchmodSync, openSync, readSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as rest } from 'node:timers/promises'
import { crc32, inflateRawSync } from 'node:zlib'
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
    await using file = await open(archive, 'r')
    return await unpackItems({ zip, fd: file.fd, folder, signal }, items)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && 'syscall' in error) throw error
    // What remains are refusals, ours and those of the zip reader (broken data).
    return { kind: 'refused', why: error instanceof ArchiveRefusal ? error.message : 'it is damaged' }
  } finally {
    zip?.close()
  }
}

type Unpacking = {
  readonly zip: ZipFile
  /** The archive itself, for what is read without a stream. */
  readonly fd: number
  readonly folder: string
  readonly signal: AbortSignal
}

async function unpackItems(to: Unpacking, items: readonly ArchivedItem[]): Promise<Unpacked> {
  const made = new Set<string>()
  let files = 0
  let bytes = 0
  for (const item of items) {
    to.signal.throwIfAborted()
    const target = join(to.folder, item.path)
    const parent = item.kind === 'folder' ? target : dirname(target)
    if (!made.has(parent)) await makeFolder(to.folder, parent)
    made.add(parent)
    if (item.kind === 'folder') continue
    if (isSmall(item.entry)) {
      writeSmall(to.fd, item, target)
      // Thousands of small files in a row must not keep the worker from its other work.
      if (files % FILES_BEFORE_REST === 0) await rest()
    } else {
      await writeEntry(to.zip, item.entry, target, to.signal)
    }
    bytes += item.entry.uncompressedSize
    files += 1
  }
  return { kind: 'unpacked', files, bytes }
}

// Making a stream for each of ten thousand small files costs several times what unpacking them does.
const SMALL_BYTES = 256 * 1024
const FILES_BEFORE_REST = 50

function isSmall({ compressedSize, uncompressedSize }: Entry): boolean {
  return compressedSize <= SMALL_BYTES && uncompressedSize <= SMALL_BYTES
}

function writeSmall(fd: number, { entry, dataStart }: ArchivedItem, target: string): void {
  const packed = Buffer.alloc(entry.compressedSize)
  if (readSync(fd, packed, 0, packed.length, dataStart) !== packed.length) {
    throw new ArchiveRefusal('it is shorter than it says')
  }
  const bytes = entry.isCompressed() ? inflateSmall(packed, entry.uncompressedSize) : packed
  refuseOther(entry, bytes.length, crc32(bytes))
  const file = openSync(target, 'wx', 0o600)
  try {
    writeFileSync(file, bytes)
    fchmodSync(file, modeOf(entry))
  } finally {
    closeSync(file)
  }
}

/** Never more than one byte beyond what was promised, whatever the packed bytes would grow to. */
function inflateSmall(packed: Buffer, promisedBytes: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: promisedBytes + 1 })
  } catch (error) {
    const isTooMuch = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw isTooMuch ? new ArchiveRefusal('a file in it is larger than it says') : error
  }
}

function refuseOther(entry: Entry, bytes: number, sum: number): void {
  if (bytes > entry.uncompressedSize) throw new ArchiveRefusal('a file in it is larger than it says')
  if (bytes < entry.uncompressedSize) throw new ArchiveRefusal('a file in it is smaller than it says')
  if (sum !== entry.crc32) throw new ArchiveRefusal('a file in it has other bytes than its checksum says')
}

function modeOf(entry: Entry): number {
  return (unixMode(entry) & ANY_EXECUTE) === 0 ? 0o644 : 0o755
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
    refuseOther(entry, written, sum)
    await file.chmod(modeOf(entry))
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
