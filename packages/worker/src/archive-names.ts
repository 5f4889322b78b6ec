/** Where an entry of an archive goes. */
export type ArchivePlace =
  | { readonly kind: 'file' | 'folder'; readonly path: string }
  /** Left by macOS; nobody misses it. */
  | { readonly kind: 'litter' }
  | { readonly kind: 'refused'; readonly why: string }

const LONGEST_PATH = 1024
const DEEPEST_PATH = 32

/**
 * The names of one archive, so that no two of them can mean the same file: each path once, none that differs from
 * another only in case or in how accents are written, no file where another entry needs a folder.
 */
export class ArchiveNames {
  /** By folded path: the path as written, and whether it stands for a folder. */
  private readonly taken = new Map<string, { path: string; kind: 'file' | 'folder' }>()

  add(name: string): ArchivePlace {
    const kind = name.endsWith('/') ? 'folder' : 'file'
    const path = kind === 'folder' ? name.replace(/\/+$/, '') : name
    const parts = path.split('/')
    if (isLitter(parts)) return { kind: 'litter' }
    const flaw = flawOf(path, parts)
    if (flaw !== undefined) return { kind: 'refused', why: `the name ${shown(name)} in it ${flaw}` }
    for (let depth = 1; depth < parts.length; depth += 1) {
      const clash = this.take(parts.slice(0, depth).join('/'), 'folder')
      if (clash !== undefined) return { kind: 'refused', why: clash }
    }
    const clash = this.take(path, kind)
    return clash === undefined ? { kind, path } : { kind: 'refused', why: clash }
  }

  private take(path: string, kind: 'file' | 'folder'): string | undefined {
    const folded = foldedName(path)
    const other = this.taken.get(folded)
    if (other === undefined) {
      this.taken.set(folded, { path, kind })
      return undefined
    }
    if (other.path === path && other.kind === 'folder' && kind === 'folder') return undefined
    return other.path === path
      ? `the name ${shown(path)} is in it twice`
      : `the names ${shown(other.path)} and ${shown(path)} in it are the same on some systems`
  }
}

/**
 * A path as the most forgetful file system would see it: upper and lower case the same, accents however written,
 * characters that nobody sees left out, and so dots and blanks at the end of a name.
 */
function foldedName(path: string): string {
  return path
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/(?<=[^./ ])[. ]+(?=\/|$)/g, '')
}

function isLitter(parts: readonly string[]): boolean {
  return parts[0] === '__MACOSX' || parts.at(-1) === '.DS_Store'
}

function flawOf(path: string, parts: readonly string[]): string | undefined {
  if (path.length > LONGEST_PATH || parts.length > DEEPEST_PATH) return 'is too long'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  if (path.includes('\\')) return 'has a backslash'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what we look for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'has control characters'
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'does not stay in its folder'
  if (path.includes('\ufffd')) return 'is not written in Unicode'
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return 'is too long'
  return undefined
}

/** A hostile name in printable ASCII, cut to 200 characters. */
function shown(name: string): string {
  return JSON.stringify(name)
    .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, 200)
}
