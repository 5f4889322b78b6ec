import type { Blobs, StoredBlob } from '@scoregate/storage/blobs'
import { ZipFile } from 'yazl'
import type { Archive, ArchiveEntry } from './archive.ts'

/** The earliest time that a zip can name, so that the same files always make the same bytes. */
const FIXED_TIME = new Date(1980, 0, 1)

/**
 * Makes a zip of one folder of an archive, with its content at the root, and stores it. The same files give the same
 * bytes: sorted by name, one fixed time and mode.
 */
export async function packFolder(
  archive: Archive,
  entries: readonly { readonly entry: ArchiveEntry; readonly name: string }[],
  blobs: Blobs,
  maxBytes: number,
): Promise<StoredBlob> {
  const zip = new ZipFile()
  const stream = zip.outputStream
  // A source that cannot be read must end the reading of the result too.
  zip.on('error', (error) => stream.emit('error', error))
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { entry, name } of sorted) {
    const options = { mtime: FIXED_TIME, mode: 0o100644, forceDosTimestamp: true }
    zip.addReadStreamLazy(name, options, (give) => {
      archive.openEntry(entry).then(
        (source) => {
          source.once('error', (error) => zip.emit('error', error))
          give(null, source)
        },
        (error) => zip.emit('error', error),
      )
    })
  }
  zip.end()
  return blobs.put(bytesOf(stream), { maxBytes })
}

async function* bytesOf(stream: NodeJS.ReadableStream): AsyncIterable<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}
