import { randomBytes, randomInt } from 'node:crypto'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const CHUNK_BYTES = 4 * 1024 * 1024

/** Writes one file of random bytes, which no file system can make smaller. */
export async function writeRandomFile(file: string, sizeBytes: number): Promise<void> {
  await using handle = await open(file, 'wx')
  for (let left = sizeBytes; left > 0; left -= CHUNK_BYTES)
    await handle.writeFile(randomBytes(Math.min(left, CHUNK_BYTES)))
}

/** Writes small files of 1 to 20 kB, a hundred in a folder. */
export async function writeSmallFiles(folder: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const parent = join(folder, `part-${Math.floor(number / 100)}`)
    if (number % 100 === 0) await mkdir(parent, { recursive: true })
    await writeFile(join(parent, `${number}.txt`), randomBytes(randomInt(1000, 20_000)))
  }
}
