import { execFile } from 'node:child_process'
import { readFile, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a file system must hold at least; it holds little more. */
export type FileSystemSize = { readonly bytes: number; readonly files: number }

const BLOCK_BYTES = 4096
// ext4 gives each file 256 bytes in its table, and uses the first eleven itself.
const FILES_A_BLOCK = BLOCK_BYTES / 256
const OWN_FILES = 16
// A write that does not fit is refused in pieces of up to 2048 blocks (ext4, EXT4_MAX_PAGECACHE_ORDER): with more than such a
// piece to spare, whoever is refused has used more than what it was allowed. Folders' own blocks come on top.
const SLACK_BLOCKS = 2048 + 256
// The kernel keeps 2 % of the blocks, at most 4096, to itself (ext4, `reserved_clusters`).
const RESERVED_PART = 0.02
const RESERVED_BLOCKS = 4096
const UNMOUNT_GRACE_MS = 30_000

/**
 * The image loses its name once it is mounted: whatever happens to the worker, its space on the disk is free again as soon
 * as nothing is mounted. Space is taken from the disk at once where its file system can, so that a full disk stops the
 * worker here and not the program later.
 */
const SCRIPT = `set -eu
umask 077
size=$1 files=$2 image=$3 folder=$4
fallocate -l "$size" "$image" 2>/dev/null || truncate -s "$size" "$image"
mkfs.ext4 -q -F -b ${BLOCK_BYTES} -N "$files" -m 0 -O ^has_journal,^resize_inode \\
  -E lazy_itable_init=1,nodiscard "$image"
mount -t ext4 -o loop,nosuid,nodev,noatime "$image" "$folder"
rm -- "$image"
rmdir "$folder/lost+found"`

/**
 * Mounts a new, empty ext4 file system of its own over `folder`, with its content in a file that is made beside it. Throws
 * where that cannot be had: only root may, and only with loop devices.
 */
export async function mountLoopFileSystem(folder: string, size: FileSystemSize): Promise<void> {
  const image = `${folder}.image`
  const imageBytes = imageBlocks(size) * BLOCK_BYTES
  const disk = await statfs(dirname(folder))
  if (disk.bavail * disk.bsize < imageBytes) {
    throw new Error(`the disk of ${dirname(folder)} has not the ${imageBytes} bytes that its output may take`)
  }
  try {
    await run('sh', ['-c', SCRIPT, 'sh', String(imageBytes), String(size.files + OWN_FILES), image, folder], {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    })
  } catch (error) {
    await unmountSurely(folder)
    await rm(image, { force: true })
    throw error
  }
}

function imageBlocks({ bytes, files }: FileSystemSize): number {
  const content = Math.ceil(bytes / BLOCK_BYTES) + SLACK_BLOCKS
  const tables = Math.ceil((files + OWN_FILES) / FILES_A_BLOCK)
  const reserved = Math.min(Math.ceil(content * RESERVED_PART * 1.1), RESERVED_BLOCKS)
  // Each group of 32768 blocks has two bitmaps, and some a copy of the descriptions of all.
  const groups = Math.ceil((content + tables) / 32_768) + 1
  return content + tables + reserved + groups * 8 + 64
}

/** Unmounts what is mounted over `folder`, and its loop device with it. Throws when that takes longer than 30 s. */
export async function unmountSurely(folder: string): Promise<void> {
  const giveUpAt = performance.now() + UNMOUNT_GRACE_MS
  while ((await mountPoints()).includes(folder)) {
    const problem = await run('umount', ['--', folder]).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (problem === undefined) continue
    // Busy: a handle is still open somewhere.
    if (performance.now() > giveUpAt) {
      throw new Error(`${folder} cannot be unmounted. Type: umount --lazy ${folder}`, { cause: problem })
    }
    await pause(20)
  }
}

/** Where something is mounted, in this process's view; the escapes of proc_pid_mountinfo(5) undone. */
export async function mountPoints(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  return text
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point !== '')
    .map((point) => point.replace(/\\([0-7]{3})/g, (_, octal: string) => unescaped(octal)))
}

function unescaped(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8))
}
