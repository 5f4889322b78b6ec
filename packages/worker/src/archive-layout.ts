import { type FileHandle, open } from 'node:fs/promises'

/** Why an archive is not unpacked, in words that can stand after "the archive:"; for the site's log. */
export class ArchiveRefusal extends Error {}

/** Where an archive's list of contents lies, in bytes from its beginning, and how many entries it has. */
export type ArchiveLayout = {
  readonly directoryStart: number
  readonly directoryEnd: number
  readonly entryCount: number
}

/** Largest number of entries of an archive; more is a bomb of tiny files (attacks.md, family 8). */
export const LARGEST_ENTRY_COUNT = 100_000
// The list is kept in memory while an archive is unpacked; 100,000 entries have some 10 MB.
const LARGEST_DIRECTORY_BYTES = 32 * 2 ** 20

// Records of the zip format, APPNOTE.TXT 4.3.14 to 4.3.16: their signatures and sizes.
const END = { signature: 0x06054b50, bytes: 22 } as const
const LOCATOR = { signature: 0x07064b50, bytes: 20 } as const
const END_64 = { signature: 0x06064b50, bytes: 56 } as const
const LONGEST_COMMENT = 0xffff
const IN_ZIP64_16 = 0xffff
const IN_ZIP64_32 = 0xffffffff

/**
 * Reads where the list of contents of a zip lies, and sees that the file ends as a zip ends: list, end record, comment,
 * nothing else. Readers differ in what they make of a file with several ends, or with two opinions about its size; such
 * a file is refused. Throws {@link ArchiveRefusal}, and what the disk throws.
 */
export async function readArchiveLayout(archive: string): Promise<ArchiveLayout> {
  await using file = await open(archive, 'r')
  const { size } = await file.stat()
  const tailStart = Math.max(0, size - END.bytes - LONGEST_COMMENT - LOCATOR.bytes)
  const tail = await readAt(file, tailStart, size - tailStart)
  const at = lastEnd(tail)
  const end = {
    disk: tail.readUInt16LE(at + 4),
    directoryDisk: tail.readUInt16LE(at + 6),
    entriesHere: tail.readUInt16LE(at + 8),
    entryCount: tail.readUInt16LE(at + 10),
    directoryBytes: tail.readUInt32LE(at + 12),
    directoryStart: tail.readUInt32LE(at + 16),
  }
  if (at + END.bytes + tail.readUInt16LE(at + 20) !== tail.length) {
    throw new ArchiveRefusal('there is something behind its end')
  }
  if (end.disk !== 0 || end.directoryDisk !== 0 || end.entriesHere !== end.entryCount) {
    throw new ArchiveRefusal('it is a part of an archive of several')
  }
  const isZip64 = at >= LOCATOR.bytes && tail.readUInt32LE(at - LOCATOR.bytes) === LOCATOR.signature
  const { entryCount, directoryBytes, directoryStart, directoryEnd } = isZip64
    ? await readZip64(file, {
        locator: tail.subarray(at - LOCATOR.bytes, at),
        locatorAt: tailStart + at - LOCATOR.bytes,
        end,
      })
    : { ...end, directoryEnd: tailStart + at }
  if (entryCount > LARGEST_ENTRY_COUNT) {
    throw new ArchiveRefusal(`it has ${entryCount} entries; ${LARGEST_ENTRY_COUNT} are allowed`)
  }
  if (directoryBytes > LARGEST_DIRECTORY_BYTES) {
    throw new ArchiveRefusal(`its list of contents is longer than ${LARGEST_DIRECTORY_BYTES} bytes`)
  }
  if (directoryStart + directoryBytes !== directoryEnd) {
    throw new ArchiveRefusal('its list of contents is not where its end says')
  }
  return { directoryStart, directoryEnd, entryCount }
}

/** The last end record of a file, where every reader looks first. */
function lastEnd(tail: Buffer): number {
  for (let at = tail.length - END.bytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END.signature) return at
  }
  throw new ArchiveRefusal('it is no zip archive, or its end is missing')
}

type End = { readonly entryCount: number; readonly directoryBytes: number; readonly directoryStart: number }

/** The end of a large archive, which stands before the old one and must say the same wherever that says anything. */
async function readZip64(
  file: FileHandle,
  { locator, locatorAt, end }: { readonly locator: Buffer; readonly locatorAt: number; readonly end: End },
): Promise<End & { readonly directoryEnd: number }> {
  const lies = () => new ArchiveRefusal('its two ends, of the small and the large kind, do not agree')
  const at = safe(locator.readBigUInt64LE(8))
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1 || at + END_64.bytes !== locatorAt)
    throw lies()
  const record = await readAt(file, at, END_64.bytes)
  const large = {
    entryCount: safe(record.readBigUInt64LE(32)),
    directoryBytes: safe(record.readBigUInt64LE(40)),
    directoryStart: safe(record.readBigUInt64LE(48)),
  }
  const isWhole =
    record.readUInt32LE(0) === END_64.signature &&
    record.readBigUInt64LE(4) === BigInt(END_64.bytes - 12) &&
    record.readUInt32LE(16) === 0 &&
    record.readUInt32LE(20) === 0 &&
    record.readBigUInt64LE(24) === record.readBigUInt64LE(32)
  const saysTheSame =
    (end.entryCount === IN_ZIP64_16 || end.entryCount === large.entryCount) &&
    (end.directoryBytes === IN_ZIP64_32 || end.directoryBytes === large.directoryBytes) &&
    (end.directoryStart === IN_ZIP64_32 || end.directoryStart === large.directoryStart)
  if (!isWhole || !saysTheSame) throw lies()
  return { ...large, directoryEnd: at }
}

/** A number of a zip as one that can be reckoned with; no file is larger. */
function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ArchiveRefusal('it names sizes that no file has')
  return Number(value)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(length), position, length })
  if (bytesRead !== length) throw new ArchiveRefusal('it is shorter than it says')
  return buffer
}
