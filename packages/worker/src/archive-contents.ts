import { type Entry, getFileNameLowLevel, type LocalFileHeader, type ZipFile } from 'yauzl'
import { type ArchiveLayout, ArchiveRefusal } from './archive-layout.ts'
import { ArchiveNames } from './archive-names.ts'

/** An entry of an archive that is to be unpacked, at a path below the folder. */
export type ArchivedItem = {
  readonly kind: 'file' | 'folder'
  readonly path: string
  readonly entry: Entry
  /** Where its packed bytes begin in the archive. */
  readonly dataStart: number
}

// Text of zeros packs a thousandfold, ordinary tables twentyfold; small files may do as they like.
const LARGEST_RATIO = 200
const RATIO_COUNTS_FROM_BYTES = 10 * 1024 * 1024

const STORED = 0
const DEFLATED = 8
// General purpose bit flags (APPNOTE.TXT 4.4.4): encrypted, sizes behind the data, strongly encrypted, list encrypted.
const ANY_ENCRYPTION = 0x0001 | 0x0040 | 0x2000
const SIZES_BEHIND = 0x0008
const ZIP64_EXTRA = 0x0001
const IN_ZIP64 = 0xffffffff
const LOCAL_HEADER_BYTES = 30

const S_IFMT = 0o170000
const S_IFREG = 0o100000
const S_IFDIR = 0o040000

/**
 * Reads the whole list of contents of an archive and holds every entry against the rules, against the others, and against
 * what stands in front of its data, before a byte is unpacked. Throws {@link ArchiveRefusal} at the first thing that is not
 * as it should be; the zip reader's own errors and those of the disk pass through.
 */
export async function listContents(
  zip: ZipFile,
  layout: ArchiveLayout,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<ArchivedItem[]> {
  const names = new ArchiveNames()
  const items: Omit<ArchivedItem, 'dataStart'>[] = []
  const entries: Entry[] = []
  let bytes = 0
  let packedBytes = 0
  let listBytes = 0
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted()
    refuseEntry(entry)
    const place = names.add(nameOf(entry))
    if (place.kind === 'refused') throw new ArchiveRefusal(place.why)
    if (place.kind === 'folder' && entry.uncompressedSize !== 0) {
      throw new ArchiveRefusal('a folder in it has content')
    }
    if (place.kind !== 'litter') items.push({ kind: place.kind, path: place.path, entry })
    entries.push(entry)
    bytes += entry.uncompressedSize
    packedBytes += entry.compressedSize
    listBytes += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength
    if (bytes > maxBytes) {
      throw new ArchiveRefusal(`unpacked it is larger than the ${maxBytes} bytes that the policy allows`)
    }
  }
  if (isTooDense(bytes, packedBytes)) {
    throw new ArchiveRefusal(`all in it together is packed more than ${LARGEST_RATIO} times`)
  }
  if (layout.directoryStart + listBytes !== layout.directoryEnd) {
    throw new ArchiveRefusal('its list of contents has more in it than its end says')
  }
  const starts = await findData(zip, entries, layout, signal)
  return items.map((item) => ({ ...item, dataStart: startOf(item.entry, starts) }))
}

function startOf(entry: Entry, starts: ReadonlyMap<Entry, number>): number {
  const start = starts.get(entry)
  if (start === undefined) throw new Error('an entry of an archive was not looked for')
  return start
}

/** The Unix mode (APPNOTE.TXT 4.4.15), whatever system the archive claims to be from: extractors act on these bits. */
export function unixMode(entry: Entry): number {
  return (entry.externalFileAttributes >>> 16) & 0xffff
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
}

/** What can be said of an entry by itself. */
function refuseEntry(entry: Entry): void {
  const { generalPurposeBitFlag: flags, compressionMethod: method, uncompressedSize, compressedSize } = entry
  if ((flags & ANY_ENCRYPTION) !== 0) throw new ArchiveRefusal('it is encrypted')
  if (method !== STORED && method !== DEFLATED) {
    throw new ArchiveRefusal('a file in it is packed in a way that this worker does not know')
  }
  const kind = unixMode(entry) & S_IFMT
  if (kind !== 0 && kind !== S_IFREG && kind !== S_IFDIR) {
    throw new ArchiveRefusal('it has a link or a device in it')
  }
  if (kind === S_IFDIR && entry.fileNameRaw.at(-1) !== '/'.charCodeAt(0)) {
    throw new ArchiveRefusal('a folder in it has the name of a file')
  }
  if (entry.extraFields.filter(({ id }) => id === ZIP64_EXTRA).length > 1) {
    throw new ArchiveRefusal('a file in it has two sizes')
  }
  const numbers = [uncompressedSize, compressedSize, entry.relativeOffsetOfLocalHeader]
  if (!numbers.every(Number.isSafeInteger)) throw new ArchiveRefusal('it names sizes that no file has')
  if (method === STORED && uncompressedSize !== compressedSize) {
    throw new ArchiveRefusal('a file in it is not packed, and yet has another size when unpacked')
  }
  if (isTooDense(uncompressedSize, compressedSize)) {
    throw new ArchiveRefusal(`a file in it is packed more than ${LARGEST_RATIO} times`)
  }
}

function isTooDense(bytes: number, packedBytes: number): boolean {
  return bytes > RATIO_COUNTS_FROM_BYTES && bytes > packedBytes * LARGEST_RATIO
}

/**
 * Finds where the bytes of each entry begin. No byte of an archive may be part of two files: otherwise a few kilobytes stand for petabytes without any file being
 * packed much. Nothing may stand in front of the first file either, since readers differ in whether they count it.
 */
async function findData(
  zip: ZipFile,
  entries: readonly Entry[],
  layout: ArchiveLayout,
  signal: AbortSignal,
): Promise<ReadonlyMap<Entry, number>> {
  const starts = new Map<Entry, number>()
  const byPlace = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  const first = byPlace[0]?.relativeOffsetOfLocalHeader ?? layout.directoryStart
  if (first !== 0) throw new ArchiveRefusal('there is something in front of its first file')
  let free = 0
  for (const entry of byPlace) {
    signal.throwIfAborted()
    const start = entry.relativeOffsetOfLocalHeader
    if (start < free) throw new ArchiveRefusal('two files in it share the same bytes')
    if (start + LOCAL_HEADER_BYTES + entry.compressedSize > layout.directoryStart) {
      throw new ArchiveRefusal('a file in it reaches beyond the place for files')
    }
    const header = await zip.readLocalFileHeaderPromise(entry)
    if (!agrees(entry, header)) {
      throw new ArchiveRefusal('what stands before a file is not what its list of contents says')
    }
    starts.set(entry, header.fileDataStart)
    free = header.fileDataStart + entry.compressedSize
    if (free > layout.directoryStart)
      throw new ArchiveRefusal('a file in it reaches beyond the place for files')
  }
  return starts
}

/** Whether the two places that describe a file say the same; some readers believe the one, some the other. */
function agrees(entry: Entry, header: LocalFileHeader): boolean {
  const says = (local: number, listed: number): boolean => {
    if (local === listed || local === IN_ZIP64) return true
    // Who writes without knowing the size puts it behind the data, and zero here.
    return local === 0 && (header.generalPurposeBitFlag & SIZES_BEHIND) !== 0
  }
  return (
    entry.fileNameRaw.equals(header.fileName) &&
    entry.compressionMethod === header.compressionMethod &&
    (header.generalPurposeBitFlag & ANY_ENCRYPTION) === 0 &&
    says(header.compressedSize, entry.compressedSize) &&
    says(header.uncompressedSize, entry.uncompressedSize) &&
    says(header.crc32, entry.crc32)
  )
}
