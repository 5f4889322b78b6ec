import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { paths } from '../paths.ts'

/** The browser scripts of the desk; each is one file of `src/islands`. */
export const ISLANDS = ['inbox-news', 'passkey'] as const
export type Island = (typeof ISLANDS)[number]

/** A built script and the SHA-256 (hexadecimal) of its bytes; undefined where it was not built, as in a test. */
export async function readIsland(
  folder: string | undefined,
  island: Island,
): Promise<{ body: Uint8Array<ArrayBuffer>; digest: string } | undefined> {
  if (folder === undefined) return undefined
  try {
    const body = new Uint8Array(await readFile(join(folder, `${island}.js`)))
    return { body, digest: createHash('sha256').update(body).digest('hex') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The address of every script that there is, which changes with its content. */
export async function findScripts(folder: string | undefined): Promise<ReadonlyMap<Island, string>> {
  const hrefs = new Map<Island, string>()
  for (const island of ISLANDS) {
    const script = await readIsland(folder, island)
    if (script !== undefined) {
      hrefs.set(island, `${paths.asset(`${island}.js`)}?v=${script.digest.slice(0, 16)}`)
    }
  }
  return hrefs
}
