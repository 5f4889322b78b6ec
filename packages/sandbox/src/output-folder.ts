import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { ConfinedUser } from './confined-user.ts'

/** Makes an existing folder the confined user's own, closed to all others but root. Throws if it is a link or no folder. */
export async function giveOutputFolderTo(user: ConfinedUser, folder: string): Promise<void> {
  // By handle: owner and mode are those of the folder that was opened, wherever its name points a moment later.
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await handle.chmod(0o700)
    if (process.getuid?.() === 0) await handle.chown(user.uid, user.gid)
  } finally {
    await handle.close()
  }
}
