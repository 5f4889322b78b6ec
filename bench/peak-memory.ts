import { readFileSync } from 'node:fs'

/** The most memory that this process ever had resident. Not `maxRSS`, which counts what the process was forked from. */
export function peakKilobytes(): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (peak === undefined) throw new Error('/proc/self/status does not tell the peak of memory.')
  return Number(peak)
}
