import { setTimeout as pause } from 'node:timers/promises'

/** How long to wait between two tries: doubling from the first pause to the longest, both in milliseconds. */
export type RetryPace = { readonly firstMs: number; readonly longestMs: number }

/** For a network: soon enough for a restarted server, seldom enough for one that is down for the night. */
export const NETWORK_PACE: RetryPace = { firstMs: 500, longestMs: 30_000 }

/**
 * The pause before try number `tries + 1`, in milliseconds: between half and all of the doubled pause, so that many
 * workers which lost the same server do not come back in step. `random` is in [0, 1).
 */
export function pauseBefore(tries: number, pace: RetryPace, random: () => number = Math.random): number {
  const full = Math.min(pace.longestMs, pace.firstMs * 2 ** Math.min(tries - 1, 30))
  return full / 2 + (full / 2) * random()
}

/** Waits before the next try. Throws the signal's reason when it is aborted. */
export async function pauseForRetry(tries: number, pace: RetryPace, signal: AbortSignal): Promise<void> {
  await pause(pauseBefore(tries, pace), undefined, { signal })
}
