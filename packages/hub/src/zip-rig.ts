import { Buffer } from 'node:buffer'
import { ZipFile } from 'yazl'

/** One entry of a zip made in memory; `mode` is a Unix mode, which can say that it is a link. */
export type ZipContent = string | Buffer | { content: string; mode: number }

/** Makes a zip in memory from names and contents. */
export async function zipOf(files: Readonly<Record<string, ZipContent>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) {
      zip.addEmptyDirectory(name)
      continue
    }
    const isPlain = typeof content === 'string' || Buffer.isBuffer(content)
    const bytes = Buffer.from(isPlain ? content : content.content)
    zip.addBuffer(bytes, name, { mode: isPlain ? 0o100644 : content.mode })
  }
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** The same bytes with one name replaced by another of equal length, for names that no honest program writes. */
export function renamedInZip(zip: Buffer, from: string, to: string): Buffer {
  if (Buffer.byteLength(from) !== Buffer.byteLength(to)) throw new Error('The names must be equally long.')
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}
