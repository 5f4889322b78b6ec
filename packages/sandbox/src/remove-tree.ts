import { randomUUID } from 'node:crypto'
import { chmod, lstat, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'

/**
 * Removes a tree that a program made as it liked: closed against the worker's own user, or nested more deeply than any path
 * can say. No complaint if there is none.
 */
export async function removeTree(folder: string | Buffer): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    await removeFromTheTop(folder)
  }
}

/** Removes everything in a folder, and leaves the folder; no complaint if there is none. */
export async function emptyFolder(folder: string): Promise<void> {
  // As bytes: a name that is no text would be read as another, which is not there, and pass for removed.
  const names = await readdir(folder, { encoding: 'buffer' }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names) await removeTree(within(Buffer.from(folder), name))
}

/**
 * Opens each folder, and moves the folders in it up to the top of the tree before their turn comes, so that every path stays
 * short. Names are bytes: a program's need not be text.
 */
async function removeFromTheTop(root: string | Buffer): Promise<void> {
  if (!(await lstat(root)).isDirectory()) return await rm(root)
  const top = Buffer.from(root)
  const folders: Buffer[] = [top]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await chmod(folder, 0o700)
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const path = within(folder, entry.name)
      if (!entry.isDirectory()) await unlink(path)
      else folders.push(folder === top ? path : await movedUp(path, top))
    }
    if (folder !== top) await rmdir(folder)
  }
  await rmdir(top)
}

function within(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name])
}

async function movedUp(folder: Buffer, top: Buffer): Promise<Buffer> {
  const higher = within(top, Buffer.from(randomUUID()))
  // Moving a folder writes to it: its way up changes.
  await chmod(folder, 0o700)
  await rename(folder, higher)
  return higher
}
