import type { Readable } from 'node:stream'
import type { Problem } from '@scoregate/protocol/errors'
import { type Entry, open as openZip, type ZipFile } from 'yauzl'
import { type ArchiveLimits, nameOf, problemsOfEntries } from './entry-rules.ts'

/** A file inside a zip; folders and litter of operating systems are left out. */
export type ArchiveEntry = { readonly path: string; readonly sizeBytes: number; readonly raw: Entry }

export type ArchiveReading =
  | { readonly kind: 'archive'; readonly archive: Archive }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/** An open zip whose every name was checked. */
export type Archive = {
  readonly entries: readonly ArchiveEntry[]
  openEntry(entry: ArchiveEntry): Promise<Readable>
  /** Reads a small file whole; `undefined` when it is larger than `maxBytes`. */
  readEntry(entry: ArchiveEntry, maxBytes: number): Promise<Buffer | undefined>
  close(): void
}

/**
 * Opens a zip by its central directory and refuses it, with every reason at once, when it is no zip or holds anything
 * that an unpacker could be led astray by: names that climb out, links, devices, twins, encrypted or overlapping parts.
 */
export async function openArchive(
  file: string,
  fileSizeBytes: number,
  limits: ArchiveLimits,
): Promise<ArchiveReading> {
  let zip: ZipFile
  try {
    zip = await openZipFile(file)
  } catch {
    return refused({
      where: 'the file',
      what: 'is not a zip archive, or is damaged',
      remedy: 'Make a zip archive and upload that.',
    })
  }
  const listed = await listEntries(zip, limits.maxEntries)
  if (listed.kind === 'refused') {
    zip.close()
    return listed
  }
  const problems = problemsOfEntries(listed.entries, fileSizeBytes, limits)
  if (problems.length > 0) {
    zip.close()
    return { kind: 'refused', problems }
  }
  const entries = listed.entries
    .map((raw) => ({ path: nameOf(raw), sizeBytes: raw.uncompressedSize, raw }))
    .filter((entry) => !entry.path.endsWith('/') && !isLitter(entry.path))
  return { kind: 'archive', archive: archiveOf(zip, entries) }
}

/** What file managers leave in archives without being asked. */
export function isLitter(path: string): boolean {
  return path
    .split('/')
    .some(
      (part) => part === '__MACOSX' || part === '.DS_Store' || part === 'Thumbs.db' || part.startsWith('._'),
    )
}

function archiveOf(zip: ZipFile, entries: readonly ArchiveEntry[]): Archive {
  const openEntry = (entry: ArchiveEntry) =>
    new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry.raw, (error, stream) => (error ? reject(error) : resolve(stream)))
    })
  return {
    entries,
    openEntry,
    async readEntry(entry, maxBytes) {
      if (entry.sizeBytes > maxBytes) return undefined
      const chunks: Buffer[] = []
      for await (const chunk of await openEntry(entry)) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks)
    },
    close: () => zip.close(),
  }
}

function openZipFile(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are decoded and judged by our own rules, so that all bad ones are listed and not only the first.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true }
    openZip(file, options, (error, zip) => (error ? reject(error) : resolve(zip)))
  })
}

type Listing = { kind: 'listed'; entries: Entry[] } | { kind: 'refused'; problems: readonly Problem[] }

function listEntries(zip: ZipFile, maxEntries: number): Promise<Listing> {
  return new Promise((resolve) => {
    const entries: Entry[] = []
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      if (entries.length > maxEntries) {
        resolve(
          refused({
            where: 'the zip',
            what: `holds more than ${maxEntries} files`,
            remedy: 'Put fewer files into it.',
          }),
        )
      } else zip.readEntry()
    })
    zip.once('end', () => resolve({ kind: 'listed', entries }))
    zip.once('error', () =>
      resolve(
        refused({
          where: 'the zip',
          what: 'has a damaged table of contents',
          remedy: 'Make the zip again and upload it.',
        }),
      ),
    )
    zip.readEntry()
  })
}

function refused(problem: Problem): { kind: 'refused'; problems: readonly Problem[] } {
  return { kind: 'refused', problems: [problem] }
}
