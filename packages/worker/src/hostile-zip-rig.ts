import { crc32, deflateRawSync } from 'node:zlib'

/** The fields of a header that a hostile archive may give any value. */
export type Fields = {
  name: string | Buffer
  flags: number
  method: number
  crc: number
  packed: number
  unpacked: number
  extra: Buffer
}

/** One file of a hostile archive; what is not given is as an honest archive has it. */
export type HostileFile = {
  readonly name: string | Buffer
  readonly bytes?: string | Buffer
  /** Whole Unix mode, with the kind of file. */
  readonly mode?: number
  readonly method?: 'stored' | 'deflated'
  /** Bytes between this file and the next, where sizes may be repeated. */
  readonly behind?: Buffer
  /** What stands before the data. */
  readonly local?: Partial<Fields>
  /** What stands in the list of contents. */
  readonly listed?: Partial<Fields> & { offset?: number; comment?: Buffer }
  /** Is listed, and has no data of its own. */
  readonly listedOnly?: boolean
}

/** The end of a hostile archive. */
export type HostileEnd = {
  readonly before?: Buffer
  readonly behind?: Buffer
  readonly comment?: Buffer
  readonly entryCount?: number
  readonly entriesHere?: number
  readonly disk?: number
  readonly directoryStart?: number
  readonly directoryBytes?: number
  /** Writes the end of the large kind too, with these values where given. */
  readonly zip64?: {
    readonly entryCount?: bigint
    readonly directoryStart?: bigint
    readonly at?: bigint
  }
}

/** Writes a zip byte by byte (APPNOTE.TXT 4.3), with whatever is asked for in the place of the truth. */
export function hostileZip(files: readonly HostileFile[], end: HostileEnd = {}): Buffer {
  const parts: Buffer[] = [end.before ?? Buffer.alloc(0)]
  const list: Buffer[] = []
  let at = parts[0]?.length ?? 0
  for (const file of files) {
    const bytes = Buffer.from(file.bytes ?? '')
    const data = file.method === 'deflated' ? deflateRawSync(bytes) : bytes
    const truth: Fields = {
      name: file.name,
      flags: 0x0800,
      method: file.method === 'deflated' ? 8 : 0,
      crc: crc32(bytes),
      packed: data.length,
      unpacked: bytes.length,
      extra: Buffer.alloc(0),
    }
    list.push(listHeader({ ...truth, ...file.listed }, file, file.listed?.offset ?? at))
    if (file.listedOnly === true) continue
    const written = Buffer.concat([
      localHeader({ ...truth, ...file.local }),
      data,
      file.behind ?? Buffer.alloc(0),
    ])
    parts.push(written)
    at += written.length
  }
  const directory = Buffer.concat(list)
  return Buffer.concat([...parts, directory, ends(files.length, at, directory.length, end)])
}

/** An extra field (APPNOTE.TXT 4.5). */
export function extraField(id: number, data: Buffer): Buffer {
  return Buffer.concat([u16(id), u16(data.length), data])
}

/** Sizes of the large kind: unpacked, packed, offset. */
export function zip64Extra(...values: readonly bigint[]): Buffer {
  return extraField(1, Buffer.concat(values.map(u64)))
}

function localHeader({ name, flags, method, crc, packed, unpacked, extra }: Fields): Buffer {
  const bytes = Buffer.from(name)
  return Buffer.concat([
    u32(0x04034b50),
    u16(20),
    u16(flags),
    u16(method),
    u32(0x00210000),
    ...[crc, packed, unpacked].map(u32),
    u16(bytes.length),
    u16(extra.length),
    bytes,
    extra,
  ])
}

function listHeader(fields: Fields, file: HostileFile, offset: number): Buffer {
  const { name, flags, method, crc, packed, unpacked, extra } = fields
  const bytes = Buffer.from(name)
  const comment = file.listed?.comment ?? Buffer.alloc(0)
  return Buffer.concat([
    u32(0x02014b50),
    u16(0x0314),
    u16(20),
    u16(flags),
    u16(method),
    u32(0x00210000),
    ...[crc, packed, unpacked].map(u32),
    ...[bytes.length, extra.length, comment.length, 0, 0].map(u16),
    u32(((file.mode ?? 0o100644) << 16) >>> 0),
    u32(offset),
    bytes,
    extra,
    comment,
  ])
}

function ends(count: number, at: number, directoryBytes: number, end: HostileEnd): Buffer {
  const large = end.zip64 && [
    u32(0x06064b50),
    u64(44n),
    u16(0x0314),
    u16(45),
    u32(0),
    u32(0),
    u64(end.zip64.entryCount ?? BigInt(count)),
    u64(end.zip64.entryCount ?? BigInt(count)),
    u64(BigInt(directoryBytes)),
    u64(end.zip64.directoryStart ?? BigInt(at)),
    u32(0x07064b50),
    u32(0),
    u64(end.zip64.at ?? BigInt(at + directoryBytes)),
    u32(1),
  ]
  const comment = end.comment ?? Buffer.alloc(0)
  return Buffer.concat([
    ...(large ?? []),
    u32(0x06054b50),
    u16(end.disk ?? 0),
    u16(end.disk ?? 0),
    u16(end.entriesHere ?? end.entryCount ?? count),
    u16(end.entryCount ?? count),
    u32(end.directoryBytes ?? directoryBytes),
    u32(end.directoryStart ?? at),
    u16(comment.length),
    comment,
    end.behind ?? Buffer.alloc(0),
  ])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
