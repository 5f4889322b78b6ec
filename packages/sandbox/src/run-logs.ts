import { CappedLogFile } from './capped-log-file.ts'
import type { RunSpec } from './sandbox.ts'

/** The two streams of one program, each kept up to its cap. */
export type RunLogs = { readonly stdout: CappedLogFile; readonly stderr: CappedLogFile }

/** Makes the files of both streams, or neither. */
export async function openRunLogs({ stdoutFile, stderrFile, limits }: RunSpec): Promise<RunLogs> {
  const stdout = await CappedLogFile.open(stdoutFile, limits.logBytes)
  try {
    return { stdout, stderr: await CappedLogFile.open(stderrFile, limits.logBytes) }
  } catch (error) {
    await stdout.close()
    throw error
  }
}

/** Closes both. */
export async function closeRunLogs({ stdout, stderr }: RunLogs): Promise<void> {
  await stdout.close()
  await stderr.close()
}
