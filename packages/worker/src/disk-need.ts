import { statfs } from 'node:fs/promises'
import type { RunLimits } from '@scoregate/protocol/deposit'

// Predictions and results, each with an output space whose bytes are taken when the run begins, and sealed once more.
const COPIES = 2 * 2

/** Bytes of the worker's disk that must be free before a job is taken. */
export function neededDiskBytes({ outputBytes }: Pick<RunLimits, 'outputBytes'>): number {
  return COPIES * outputBytes
}

/** Bytes that are free where this folder lies, for programs that are not root. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
