import { execFileSync } from 'node:child_process'

/** What one bench found. `value` is a ratio of two medians of one run, megabytes, or milliseconds; smaller is better. */
export type BenchResult = {
  readonly name: string
  readonly unit: 'times' | 'MB' | 'ms'
  readonly value: number
  readonly goal: number
  /** Every measurement, for whoever doubts a median: seconds by side, megabytes, or milliseconds. */
  readonly measured: Readonly<Record<string, readonly number[]>>
}

/** One side of a comparison: `prepare` is not timed, and what `run` resolves to is the seconds if it times itself. */
export type Side = {
  readonly name: string
  readonly prepare?: () => Promise<void>
  readonly run: () => Promise<number | undefined>
}

/**
 * Compares two ways to do one thing in alternating rounds, after one round of each that does not count: what burdens the
 * machine for a while burdens both. What one side left in the disk's cache is written before the other begins.
 */
export async function compare(given: {
  readonly name: string
  readonly goal: number
  readonly rounds: number
  readonly ours: Side
  readonly theirs: Side
}): Promise<BenchResult> {
  const { ours, theirs } = given
  const measured: Record<string, number[]> = { [ours.name]: [], [theirs.name]: [] }
  for (let round = 0; round <= given.rounds; round += 1) {
    // Who goes first changes from round to round.
    for (const side of round % 2 === 0 ? [theirs, ours] : [ours, theirs]) {
      const seconds = await timed(side)
      if (round > 0) measured[side.name]?.push(seconds)
    }
  }
  const value = median(measured[ours.name] ?? []) / median(measured[theirs.name] ?? [])
  return { name: given.name, unit: 'times', value, goal: given.goal, measured }
}

async function timed(side: Side): Promise<number> {
  await side.prepare?.()
  execFileSync('sync')
  const start = performance.now()
  const own = await side.run()
  return own ?? (performance.now() - start) / 1000
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (low === undefined || high === undefined) throw new Error('Nothing was measured.')
  return (low + high) / 2
}
