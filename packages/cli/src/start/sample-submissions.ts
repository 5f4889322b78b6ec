import { createWriteStream } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'

/**
 * Zips each sample submission of an example into the data folder, ready to be uploaded in a browser; returns the files
 * written, sorted.
 */
export async function writeSampleSubmissions(exampleFolder: string, target: string): Promise<string[]> {
  await mkdir(target, { recursive: true })
  const source = join(exampleFolder, 'submissions')
  const names = (await readdir(source, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  const written: string[] = []
  for (const name of names) {
    const file = join(target, `${name}.zip`)
    await zipFolder(join(source, name), file)
    written.push(file)
  }
  return written
}

async function zipFolder(folder: string, file: string): Promise<void> {
  const zip = new yazl.ZipFile()
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  for (const entry of entries) {
    if (!entry.isFile() || entry.parentPath.includes('__pycache__')) continue
    const path = join(entry.parentPath, entry.name)
    zip.addFile(path, path.slice(folder.length + 1), {
      mtime: new Date('2026-01-01T00:00:00Z'),
      mode: 0o100644,
    })
  }
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(file))
}
