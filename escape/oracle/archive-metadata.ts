import { orderViews, sequenceViews, varyingParts } from './order-channels.ts'
import { bytesView, type View } from './view.ts'

/** What an archive says of its entries, column by column: a secret may lie in times, modes, sizes, names or their order. */
export function archiveViews(bytes: Buffer): View[] {
  return [...viewsOf('zip', zipEntries(bytes)), ...viewsOf('tar', tarEntries(bytes))]
}

/** In the order of the archive, and in that of the names, where a folder's own order was left to chance. */
function viewsOf(kind: string, entries: readonly Entry[]): View[] {
  const byName = entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return [...columnsOf(kind, entries), ...columnsOf(`${kind} sorted by name`, byName)]
}

type Entry = { readonly name: string; readonly fields: Readonly<Record<string, Buffer>> }

function columnsOf(kind: string, entries: readonly Entry[]): View[] {
  const [first] = entries
  if (first === undefined) return []
  const names = entries.map(({ name }) => name)
  return [
    ...Object.keys(first.fields).flatMap((field) => {
      const values = entries.map(({ fields }) => fields[field] ?? Buffer.alloc(0))
      return [
        ...bytesView(`${field} in ${kind}`, Buffer.concat(values)),
        ...bytesView(`${field} in ${kind}, high byte first`, Buffer.concat(values.map(turned))),
        ...sequenceViews(`${field} in ${kind}, as numbers`, values.map(numberOf)),
      ]
    }),
    ...bytesView(`names in ${kind}`, Buffer.from(names.join(''), 'latin1')),
    ...varyingParts(
      `names in ${kind}`,
      names.map((name) => Buffer.from(name, 'latin1')),
    ),
    ...orderViews(`names in ${kind}`, names),
  ]
}

const CENTRAL_ENTRY = Buffer.from('PK\x01\x02', 'latin1')

function zipEntries(bytes: Buffer): Entry[] {
  const entries: Entry[] = []
  for (let at = bytes.indexOf(CENTRAL_ENTRY); at >= 0 && at + 46 <= bytes.length; ) {
    const field = (offset: number, size: number) => bytes.subarray(at + offset, at + offset + size)
    const nameLength = bytes.readUInt16LE(at + 28)
    const extraLength = bytes.readUInt16LE(at + 30)
    const commentLength = bytes.readUInt16LE(at + 32)
    entries.push({
      name: bytes.toString('latin1', at + 46, at + 46 + nameLength),
      fields: {
        times: field(12, 2),
        dates: field(14, 2),
        moments: field(12, 4),
        'check sums': field(16, 4),
        sizes: field(24, 4),
        'packed sizes': field(20, 4),
        'inner attributes': field(36, 2),
        'outer attributes': field(38, 4),
        modes: field(40, 2),
        'extra fields': field(46 + nameLength, extraLength),
        comments: field(46 + nameLength + extraLength, commentLength),
      },
    })
    at = bytes.indexOf(CENTRAL_ENTRY, at + 46)
  }
  return entries
}

function tarEntries(bytes: Buffer): Entry[] {
  const entries: Entry[] = []
  for (let at = bytes.indexOf('ustar'); at >= 257; at = bytes.indexOf('ustar', at + 5)) {
    const start = at - 257
    const octal = (offset: number, size: number) => {
      const value = Number.parseInt(bytes.toString('latin1', start + offset, start + offset + size), 8)
      const field = Buffer.alloc(6)
      field.writeUIntLE(Number.isSafeInteger(value) ? value % 2 ** 48 : 0, 0, 6)
      return field.subarray(0, size > 8 ? 4 : 2)
    }
    entries.push({
      name: bytes.toString('latin1', start, start + 100).split('\0')[0] ?? '',
      fields: {
        modes: octal(100, 8),
        owners: octal(108, 8),
        groups: octal(116, 8),
        sizes: octal(124, 12),
        times: octal(136, 12),
      },
    })
  }
  return entries
}

function turned(bytes: Buffer): Buffer {
  return Buffer.from(bytes).reverse()
}

function numberOf(bytes: Buffer): number {
  return bytes.length === 0 ? 0 : bytes.readUIntLE(0, Math.min(6, bytes.length))
}
