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

/** A room that is made and whose program waits; it is gone when either function has resolved. */
export type WaitingRoom = { run(signal: AbortSignal): Promise<RunOutcome>; remove(): Promise<void> }

/**
 * Makes a room that is removed once, whatever happens: when making it fails, when its program has ended, or when nobody wants
 * it any more. `make` answers how to run its program.
 */
export async function makeWaitingRoom(
  removeAll: () => Promise<void>,
  make: () => Promise<(signal: AbortSignal) => Promise<RunOutcome>>,
): Promise<WaitingRoom> {
  let removed: Promise<void> | undefined
  const remove = (): Promise<void> => {
    removed ??= removeAll()
    return removed
  }
  try {
    const runProgram = await make()
    return {
      remove,
      async run(signal) {
        try {
          return await runProgram(signal)
        } finally {
          await remove()
        }
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
