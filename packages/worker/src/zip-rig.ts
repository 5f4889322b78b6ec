import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/** A file for a test archive: its text, or its bytes and Unix mode. */
export type ZippedFile = string | { readonly bytes: string | Buffer; readonly mode: number }

/** Makes a zip archive in memory. */
export async function zipOf(files: Readonly<Record<string, ZippedFile>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, file] of Object.entries(files)) {
    const { bytes, mode } = typeof file === 'string' ? { bytes: file, mode: 0o100644 } : file
    zip.addBuffer(Buffer.from(bytes), name, { mode })
  }
  zip.end()
  return await buffer(zip.outputStream)
}

/** Changes a name that honest tools refuse to write; both must have the same length. */
export function renamedInZip(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

/** Mode of a symbolic link. */
export const LINK_MODE = 0o120777
