import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of an archive, with everything that a zip can say about it and honest tools would never write. */
export type RawEntry = {
  /** As bytes where the name is no text that a tool would take. */
  readonly name: string | Buffer
  readonly bytes: Buffer | string
  /** Unix mode with the kind of file; a regular file that anybody may read unless said. */
  readonly mode?: number
  /** Packed, and not stored as it is. */
  readonly isDeflated?: boolean
  /** The size that the archive claims, where it lies. */
  readonly claimedSize?: number
  readonly comment?: string
  readonly extra?: Buffer
  /** In the local header alone, where the two differ. */
  readonly localName?: string
  /** Points at the data of an earlier entry instead of having its own. */
  readonly sharesDataOf?: number
}

/** Unix modes of what an archive should not hold. */
export const SYMLINK = 0o120777
export const FIFO = 0o010644
export const CHARACTER_DEVICE = 0o020644

const REGULAR = 0o100644
const UTF8_NAMES = 0x0800
const MADE_BY_UNIX = (3 << 8) | 20

/** Writes a zip byte by byte (APPNOTE.TXT 6.3.9, sections 4.3.7 to 4.3.16), hostile or honest. */
export function rawZip(entries: readonly RawEntry[], comment = ''): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  const offsets: number[] = []
  let offset = 0
  for (const [index, entry] of entries.entries()) {
    const packed = packedOf(entry.sharesDataOf === undefined ? entry : (entries[entry.sharesDataOf] ?? entry))
    const fields = fieldsOf(entry, packed)
    if (entry.sharesDataOf === undefined) {
      const name = Buffer.from(entry.localName ?? entry.name)
      const header = Buffer.concat([
        numbers([[0x04034b50, 4]]),
        numbers([[20, 2], ...fields]),
        lengths(name, 0),
        name,
      ])
      parts.push(header, packed.data)
      offsets[index] = offset
      offset += header.length + packed.data.length
    } else {
      offsets[index] = offsets[entry.sharesDataOf] ?? 0
    }
    directory.push(directoryHeader(entry, fields, offsets[index] ?? 0))
  }
  const central = Buffer.concat(directory)
  const end = numbers([
    [0x06054b50, 4],
    [0, 4],
    [entries.length & 0xffff, 2],
    [entries.length & 0xffff, 2],
    [central.length, 4],
    [offset, 4],
    [Buffer.byteLength(comment), 2],
  ])
  return Buffer.concat([...parts, central, end, Buffer.from(comment)])
}

type Field = readonly [value: number, bytes: 2 | 4]
type Packed = { readonly data: Buffer; readonly crc: number; readonly size: number; readonly method: number }

function packedOf(entry: RawEntry): Packed {
  const bytes = Buffer.from(entry.bytes)
  const data = entry.isDeflated ? deflateRawSync(bytes, { level: 9 }) : bytes
  return { data, crc: crc32(bytes), size: bytes.length, method: entry.isDeflated ? 8 : 0 }
}

/** What local and central header have in common: from the flags to the uncompressed size. */
function fieldsOf(entry: RawEntry, packed: Packed): Field[] {
  return [
    [UTF8_NAMES, 2],
    [packed.method, 2],
    // Midnight of 1 January 1980.
    [0, 2],
    [0x21, 2],
    [packed.crc, 4],
    [packed.data.length, 4],
    [entry.claimedSize ?? packed.size, 4],
  ]
}

function directoryHeader(entry: RawEntry, fields: readonly Field[], offset: number): Buffer {
  const name = Buffer.from(entry.name)
  const extra = entry.extra ?? Buffer.of()
  const comment = Buffer.from(entry.comment ?? '')
  return Buffer.concat([
    numbers([[0x02014b50, 4], [MADE_BY_UNIX, 2], [20, 2], ...fields]),
    lengths(name, extra.length),
    numbers([
      [comment.length, 2],
      [0, 4],
      [((entry.mode ?? REGULAR) << 16) >>> 0, 4],
      [offset, 4],
    ]),
    ...[name, extra, comment],
  ])
}

function lengths(name: Buffer, extraLength: number): Buffer {
  return numbers([
    [name.length, 2],
    [extraLength, 2],
  ])
}

function numbers(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes)
      field.writeUIntLE(value, 0, bytes)
      return field
    }),
  )
}
