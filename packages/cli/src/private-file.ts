import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { z } from 'zod'

/** Writes JSON that only its owner may read; whole or not at all, and on disk when it resolves. */
export async function writePrivateJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.${randomUUID()}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Reads JSON that `writePrivateJson` wrote; undefined when the file is not there. Throws `ScoregateError` when it is damaged. */
export async function readPrivateJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'damaged-file',
      message: `The file ${file} is damaged or was made by another version.`,
      remedy: 'Restore it from a copy. Without it the parts cannot prove to each other who they are.',
      cause,
    })
  }
}
