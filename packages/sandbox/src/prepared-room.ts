import type { PreparedRoom, RunOutcome } from './sandbox.ts'

/** A room that could not be prepared; whoever starts it hears why. */
export function failedRoom(outcome: RunOutcome): PreparedRoom {
  return { start: async () => outcome, [Symbol.asyncDispose]: async () => undefined }
}

/** Prepares a room and runs its program at once. */
export async function runPrepared(
  prepare: () => Promise<PreparedRoom>,
  signal: AbortSignal,
): Promise<RunOutcome> {
  if (signal.aborted) return { kind: 'cancelled', elapsedMs: 0, logsTruncated: false, imageDigest: undefined }
  await using room = await prepare()
  return await room.start(signal)
}
