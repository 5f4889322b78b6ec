/** What the first bytes of a file can say that it is. */
export const FILE_KINDS = [
  'text',
  'png',
  'jpeg',
  'gif',
  'webp',
  'pdf',
  'zip',
  'gzip',
  'bzip2',
  'xz',
  'zstd',
  '7z',
  'rar',
  'tar',
  'numpy',
  'hdf5',
  'parquet',
  'sqlite',
  'elf',
  'pickle',
  'binary',
] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** So many of the first bytes are enough to tell: tar has its mark at 257. */
export const SIGNATURE_BYTES = 512

type Signature = { readonly kind: FileKind; readonly at: number; readonly bytes: string }

const SIGNATURES: readonly Signature[] = [
  { kind: 'png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { kind: 'jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { kind: 'gif', at: 0, bytes: 'GIF8' },
  { kind: 'webp', at: 8, bytes: 'WEBP' },
  { kind: 'pdf', at: 0, bytes: '%PDF-' },
  { kind: 'zip', at: 0, bytes: 'PK\x03\x04' },
  { kind: 'zip', at: 0, bytes: 'PK\x05\x06' },
  { kind: 'gzip', at: 0, bytes: '\x1f\x8b' },
  { kind: 'bzip2', at: 0, bytes: 'BZh' },
  { kind: 'xz', at: 0, bytes: '\xfd7zXZ\x00' },
  { kind: 'zstd', at: 0, bytes: '\x28\xb5\x2f\xfd' },
  { kind: '7z', at: 0, bytes: "7z\xbc\xaf'\x1c" },
  { kind: 'rar', at: 0, bytes: 'Rar!\x1a\x07' },
  { kind: 'tar', at: 257, bytes: 'ustar' },
  { kind: 'numpy', at: 0, bytes: '\x93NUMPY' },
  { kind: 'hdf5', at: 0, bytes: '\x89HDF\r\n\x1a\n' },
  { kind: 'parquet', at: 0, bytes: 'PAR1' },
  { kind: 'sqlite', at: 0, bytes: 'SQLite format 3\x00' },
  { kind: 'elf', at: 0, bytes: '\x7fELF' },
]

/** Kinds that hold other files, or that shrink what they hold so that nobody can read it. */
export const ARCHIVE_KINDS: readonly FileKind[] = ['zip', 'gzip', 'bzip2', 'xz', 'zstd', '7z', 'rar', 'tar']

/** Tells a file by its first bytes (at most `SIGNATURE_BYTES` count), never by its name. */
export function fileKindOf(head: Uint8Array): FileKind {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1')
  const known = SIGNATURES.find(({ at, bytes }) => text.startsWith(bytes, at))
  if (known !== undefined) return known.kind
  // Python's pickle, protocol 2 and later: a byte 0x80 and the protocol.
  if (head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5) return 'pickle'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no text has them
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? 'binary' : 'text'
}

/** Endings that go with each kind; a file of that kind with another ending pretends. Empty: any ending. */
export const ENDINGS_OF_KIND = {
  text: [],
  png: ['png'],
  jpeg: ['jpg', 'jpeg'],
  gif: ['gif'],
  webp: ['webp'],
  pdf: ['pdf'],
  zip: ['zip', 'npz', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'pt', 'pth', 'keras', 'jar', 'whl'],
  gzip: ['gz', 'tgz'],
  bzip2: ['bz2'],
  xz: ['xz'],
  zstd: ['zst'],
  '7z': ['7z'],
  rar: ['rar'],
  tar: ['tar'],
  numpy: ['npy'],
  hdf5: ['h5', 'hdf5'],
  parquet: ['parquet'],
  sqlite: ['db', 'sqlite', 'sqlite3'],
  elf: ['so'],
  pickle: ['pkl', 'pickle', 'joblib'],
  binary: [],
} as const satisfies Record<FileKind, readonly string[]>

/** Endings of files that are text; a binary file under one of them pretends. */
export const TEXT_ENDINGS: readonly string[] = [
  'txt',
  'log',
  'csv',
  'tsv',
  'json',
  'yaml',
  'yml',
  'html',
  'md',
  'svg',
]

/** The ending of a path in lower case, without the dot; empty if it has none. */
export function endingOf(path: string): string {
  return /\.([A-Za-z0-9]{1,16})$/.exec(path)?.[1]?.toLowerCase() ?? ''
}
