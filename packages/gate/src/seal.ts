import { constants, type Dirent } from 'node:fs'
import { type FileHandle, open, opendir, stat } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ScoregateError } from '@scoregate/protocol/errors'
import {
  type ManifestEntry,
  ManifestPath,
  type ManifestSection,
  type SealRefusal,
} from '@scoregate/protocol/manifest'
import { sortEntries } from './manifest.ts'
import { isChanged, type RefusalKind, refusalOfError, type SealSink, sealFile } from './sealed-file.ts'
import { shownBytes } from './shown-text.ts'

export type { SealSink, StoredFile } from './sealed-file.ts'

/** How much may be sealed of one folder; more makes the hold hostile. */
export type SealLimits = {
  /** Files, links and the like; as many folders are allowed besides. */
  readonly maxFiles: number
  readonly maxBytes: number
  /** Parts of a path: `a/b.txt` has two. */
  readonly maxDepth: number
}

/** Beyond this many the reviewer learns nothing more, and the manifest must not grow without end. */
export const MAX_REFUSALS = 100

/** Room for the escapes of a path; SealRefusal allows 1,100 characters. */
const SHOWN_PATH_LENGTH = 1000

/**
 * Seals a folder that a run wrote: every regular file goes through the sink, and everything that cannot be represented
 * becomes a refusal, of which one is enough to make the hold hostile. Never throws for what is in the folder.
 *
 * The programs of the run must be gone before. Even so the walk trusts no name: each folder and file is opened through
 * the handle of the folder above it (`/proc/self/fd/<handle>/<name>`, Linux's way to say openat) and never through a
 * link, so that a folder that is renamed or replaced meanwhile cannot lead elsewhere. Empty folders are ignored.
 *
 * Throws `ScoregateError` (`seal-unavailable`) where the folder or `/proc` cannot be used, and whatever the sink throws.
 */
export async function sealFolder(given: {
  section: ManifestSection
  /** Absolute path of a folder that the worker made. */
  folder: string
  sink: SealSink
  limits: SealLimits
  /** Called after each sealed file with what was sealed so far. */
  onProgress?: (progress: { files: number; bytes: number }) => void
}): Promise<{ entries: ManifestEntry[]; refusals: SealRefusal[] }> {
  const walk: Walk = {
    ...given,
    entries: [],
    refusals: [],
    files: 0,
    folders: 0,
    bytes: 0,
    isOver: false,
    turnEndsAt: performance.now() + TURN_MS,
  }
  await using root = await openRoot(given.folder)
  await sealOpenFolder(walk, root, [])
  return { entries: sortEntries(walk.entries), refusals: walk.refusals }
}

type Walk = {
  readonly section: ManifestSection
  readonly sink: SealSink
  readonly limits: SealLimits
  readonly onProgress?: (progress: { files: number; bytes: number }) => void
  readonly entries: ManifestEntry[]
  readonly refusals: SealRefusal[]
  /** Seen so far, whether sealed or refused. */
  files: number
  folders: number
  bytes: number
  /** A cap was reached: nothing more is looked at. */
  isOver: boolean
  /** When to let others have a turn, by `performance.now()`. */
  turnEndsAt: number
}

/** Small files are sealed without waiting, so that thousands are fast; after so long everything else gets a turn. */
const TURN_MS = 5

/** A name in a folder, as bytes: names need not be UTF-8. */
type Name = Dirent<Buffer>

async function openRoot(folder: string): Promise<FileHandle> {
  if (process.platform !== 'linux') throw unavailable('Sealing needs Linux.')
  let root: FileHandle
  try {
    root = await openFolder(folder)
  } catch (error) {
    throw unavailable(`The folder ${folder} cannot be opened for sealing.`, error)
  }
  try {
    const itself = await root.stat({ bigint: true })
    const throughProc = await stat(pathOf(root), { bigint: true })
    if (itself.ino === throughProc.ino && itself.dev === throughProc.dev) return root
    throw new Error('/proc/self/fd leads elsewhere')
  } catch (error) {
    await root.close()
    throw unavailable('Sealing needs /proc, which is not what it should be here.', error)
  }
}

function unavailable(message: string, cause?: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'seal-unavailable',
    message,
    remedy: 'Run the worker on Linux with /proc mounted, and leave the folders of its runs alone.',
    cause,
  })
}

function openFolder(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
}

function pathOf(folder: FileHandle, name?: string): string {
  return name === undefined ? `/proc/self/fd/${folder.fd}` : `/proc/self/fd/${folder.fd}/${name}`
}

async function sealOpenFolder(walk: Walk, folder: FileHandle, parents: readonly string[]): Promise<void> {
  const before = await folder.stat({ bigint: true })
  const names = await readNames(walk, folder, parents)
  const twins = findTwins(names)
  for (const name of names) {
    if (walk.isOver) return
    await sealName(walk, folder, parents, name, twins)
    if (performance.now() > walk.turnEndsAt) await giveTurn(walk)
  }
  const after = await folder.stat({ bigint: true })
  // Something came, went or moved: what was sealed may not be what the run left.
  if (isChanged(before, after)) refuse(walk, parents, undefined, 'changed-while-read')
}

async function giveTurn(walk: Walk): Promise<void> {
  await nextTurn()
  walk.turnEndsAt = performance.now() + TURN_MS
}

/** The names of a folder in byte order; fewer when the walk is over, since a folder can hold more than memory does. */
async function readNames(walk: Walk, folder: FileHandle, parents: readonly string[]): Promise<Name[]> {
  const names: Name[] = []
  try {
    // The types know text only, but names come as the bytes that they are when the encoding says so.
    const listing: unknown = await opendir(pathOf(folder), { encoding: 'buffer' as BufferEncoding })
    for await (const name of listing as AsyncIterable<Name>) {
      names.push(name)
      if (name.isDirectory()) walk.folders += 1
      else walk.files += 1
      if (Math.max(walk.files, walk.folders) > walk.limits.maxFiles) {
        refuse(walk, parents, name, 'too-many-files')
        walk.isOver = true
        return []
      }
    }
  } catch (error) {
    refuse(walk, parents, undefined, refusalOfError(error))
  }
  return names.sort((one, other) => Buffer.compare(one.name, other.name))
}

/** Names that a file system without case or with another Unicode form would take for one. */
function findTwins(names: readonly Name[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const twins = new Set<string>()
  for (const { name } of names) {
    const folded = foldedName(name)
    if (seen.has(folded)) twins.add(folded)
    seen.add(folded)
  }
  return twins
}

function foldedName(name: Buffer): string {
  return name.toString('utf8').normalize('NFKC').toLowerCase()
}

async function sealName(
  walk: Walk,
  folder: FileHandle,
  parents: readonly string[],
  entry: Name,
  twins: ReadonlySet<string>,
): Promise<void> {
  const refusal = findNameRefusal(walk, parents, entry, twins)
  if (refusal !== undefined) return refuse(walk, parents, entry, refusal)
  const name = entry.name.toString('latin1') // the grammar of names leaves ASCII only
  if (entry.isDirectory()) {
    await sealSubfolder(walk, folder, parents, name)
    return
  }
  const sealed = await sealFile(pathOf(folder, name), walk.sink, walk.limits.maxBytes - walk.bytes)
  if (sealed.kind === 'refused') {
    if (sealed.refusal === 'too-large') walk.isOver = true
    return refuse(walk, parents, entry, sealed.refusal)
  }
  walk.bytes += sealed.sizeBytes
  walk.entries.push({
    section: walk.section,
    path: [...parents, name].join('/'),
    sizeBytes: sealed.sizeBytes,
    sha256: sealed.sha256,
  })
  walk.onProgress?.({ files: walk.entries.length, bytes: walk.bytes })
}

function findNameRefusal(
  walk: Walk,
  parents: readonly string[],
  entry: Name,
  twins: ReadonlySet<string>,
): RefusalKind | undefined {
  if (entry.isSymbolicLink()) return 'symbolic-link'
  if (!entry.isDirectory() && !entry.isFile()) return 'special-file'
  const path = [...parents, entry.name.toString('latin1')].join('/')
  // Read as Latin-1, a byte beyond ASCII stays beyond ASCII, where the grammar refuses it.
  if (!ManifestPath.safeParse(path).success) return 'bad-name'
  if (twins.has(foldedName(entry.name))) return 'twin-name'
  if (parents.length + 1 > walk.limits.maxDepth) return 'too-deep'
  return undefined
}

async function sealSubfolder(
  walk: Walk,
  folder: FileHandle,
  parents: readonly string[],
  name: string,
): Promise<void> {
  let subfolder: FileHandle
  try {
    subfolder = await openFolder(pathOf(folder, name))
  } catch (error) {
    return refuse(walk, [...parents, name], undefined, refusalOfError(error))
  }
  try {
    const [outer, inner] = [await folder.stat(), await subfolder.stat()]
    // Something is mounted here, and it is not what the run wrote.
    if (outer.dev !== inner.dev) return refuse(walk, [...parents, name], undefined, 'special-file')
    await sealOpenFolder(walk, subfolder, [...parents, name])
  } finally {
    await subfolder.close()
  }
}

function refuse(walk: Walk, parents: readonly string[], entry: Name | undefined, kind: RefusalKind): void {
  if (walk.refusals.length >= MAX_REFUSALS) return
  const above = parents.map((parent) => `${parent}/`).join('')
  const path = Buffer.concat([Buffer.from(above), entry?.name ?? Buffer.of()])
  walk.refusals.push({
    section: walk.section,
    shownPath: path.byteLength === 0 ? '.' : shownBytes(path, SHOWN_PATH_LENGTH),
    kind,
  })
}
