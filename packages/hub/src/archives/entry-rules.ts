import type { Problem } from '@scoregate/protocol/errors'
import type { Entry } from 'yauzl'

/** What a zip may hold. */
export type ArchiveLimits = { readonly maxEntries: number; readonly maxUnpackedBytes: number }

const MAX_LISTED = 50
const FILE_TYPE_MASK = 0o170000
const REGULAR_FILE = 0o100000
const FOLDER = 0o040000
const SYMBOLIC_LINK = 0o120000
/** The methods that every unpacker knows: stored and deflated. */
const METHODS = new Set([0, 8])

/** Everything about the entries of a zip for which it is refused (attacks.md, family 8); empty when it is clean. */
export function problemsOfEntries(
  entries: readonly Entry[],
  fileSizeBytes: number,
  limits: ArchiveLimits,
): Problem[] {
  const problems = entries.flatMap((entry) => problemsOfEntry(entry))
  problems.push(...twins(entries.map(nameOf)))
  const unpacked = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  if (unpacked > limits.maxUnpackedBytes) {
    problems.push({
      where: 'the zip',
      what: `unpacks to ${unpacked} bytes; ${limits.maxUnpackedBytes} are allowed`,
      remedy: 'Put less into it.',
    })
  }
  // Honest entries lie one after the other. More packed bytes than the file has means that they overlap: a bomb.
  const packed = entries.reduce((sum, entry) => sum + entry.compressedSize, 0)
  if (packed > fileSizeBytes) {
    problems.push({
      where: 'the zip',
      what: 'has files that overlap one another',
      remedy: 'Make the zip again with an ordinary program.',
    })
  }
  return problems.slice(0, MAX_LISTED)
}

/** The name as it is written in the zip. Not UTF-8 becomes replacement characters, which the rules refuse. */
export function nameOf(entry: Entry): string {
  return entry.fileNameRaw.toString('utf8')
}

function problemsOfEntry(entry: Entry): Problem[] {
  const name = nameOf(entry)
  const problems: Problem[] = []
  const add = (what: string, remedy: string) => problems.push({ where: shown(name), what, remedy })
  const badName = nameProblem(name)
  if (badName !== undefined) add(badName, 'Rename it and make the zip again.')
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK
  if (type === SYMBOLIC_LINK) add('is a symbolic link', 'Put the file itself into the zip.')
  else if (type !== 0 && type !== REGULAR_FILE && type !== FOLDER) {
    add('is neither a file nor a folder', 'Leave it out.')
  }
  if (entry.isEncrypted()) add('is encrypted', 'Make the zip without a password.')
  else if (!METHODS.has(entry.compressionMethod)) {
    add('is packed by an uncommon method', 'Make the zip with the usual compression ("deflate").')
  }
  return problems
}

function nameProblem(name: string): string | undefined {
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/')
  if (parts.includes('..')) return 'has ".." in its path'
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'has an absolute path'
  if (name.includes('\\')) return 'has a backslash in its name'
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty part in its path'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f\ufffd]/.test(name)) return 'has characters in its name that cannot be shown'
  if (Buffer.byteLength(name) > 1024) return 'has too long a name'
  return undefined
}

/** Names that are one file on some system: equal, or a file where another entry needs a folder. */
function twins(names: readonly string[]): Problem[] {
  const files = new Set<string>()
  const problems: Problem[] = []
  for (const name of names) {
    const key = name.normalize('NFC')
    if (files.has(key)) {
      problems.push({ where: shown(name), what: 'is in the zip twice', remedy: 'Keep one of them.' })
    }
    files.add(key)
  }
  for (const name of files) {
    for (let end = name.indexOf('/'); end > 0; end = name.indexOf('/', end + 1)) {
      if (files.has(name.slice(0, end))) {
        problems.push({
          where: shown(name),
          what: 'lies in a folder that is also a file',
          remedy: 'Rename one of them.',
        })
        break
      }
    }
  }
  return problems
}

/** A name from a stranger's zip, safe to print. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200)).slice(1, -1)
}
