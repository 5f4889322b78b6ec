import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes the names in a folder survive a power cut; the files' bytes are synced by whoever wrote them. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a file so that after a crash it is either whole or not there; readable by the worker alone. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const temporary = `${file}.part`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncFolder(dirname(file))
}
