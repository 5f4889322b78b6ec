import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/**
 * A host file that takes one stream of a confined program: keeps the first `capBytes`, drops the rest, and goes on
 * accepting, so that a program which writes without end is stopped by its time limit and not by a blocked pipe.
 * The file is readable by the worker alone.
 */
export class CappedLogFile {
  private keptBytes = 0
  private droppedBytes = 0
  private readonly file: FileHandle
  private readonly capBytes: number

  private constructor(file: FileHandle, capBytes: number) {
    this.file = file
    this.capBytes = capBytes
  }

  /** Makes the file, or empties it; refuses to follow a link there. */
  static async open(path: string, capBytes: number): Promise<CappedLogFile> {
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o600,
    )
    // The mode above counts only for a file that was not there.
    await file.chmod(0o600)
    return new CappedLogFile(file, capBytes)
  }

  /** Whether anything was dropped. */
  get truncated(): boolean {
    return this.droppedBytes > 0
  }

  /** Calls must not overlap: await one before the next. */
  async write(bytes: Buffer): Promise<void> {
    const kept = bytes.subarray(0, Math.max(0, this.capBytes - this.keptBytes))
    this.droppedBytes += bytes.length - kept.length
    this.keptBytes += kept.length
    for (let at = 0; at < kept.length; ) {
      const { bytesWritten } = await this.file.write(kept, at)
      at += bytesWritten
    }
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}
