import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { median } from './rounds.ts'

/** What somebody needs to know of a machine to read its numbers. */
export type MachineFacts = Readonly<Record<string, string>>

/** Asks the machine; `folder` is where the benches write. */
export function machineFacts(folder: string): MachineFacts {
  return {
    date: new Date().toISOString(),
    node: process.version,
    kernel: release(),
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    fileSystem: execFileSync('stat', ['--file-system', '--format=%T', folder], { encoding: 'utf8' }).trim(),
    syncOfASmallFile: `${syncMilliseconds(folder).toFixed(2)} ms`,
    loadAtStart: loadavg()
      .map((load) => load.toFixed(2))
      .join(' '),
  }
}

/** How long the disk takes to promise one small file. */
function syncMilliseconds(folder: string): number {
  const home = mkdtempSync(join(folder, 'sync-'))
  const taken = Array.from({ length: 50 }, (_, count) => {
    const handle = openSync(join(home, `${count}`), 'w')
    writeSync(handle, 'x'.repeat(4000))
    const start = performance.now()
    fsyncSync(handle)
    const milliseconds = performance.now() - start
    closeSync(handle)
    return milliseconds
  })
  rmSync(home, { recursive: true })
  return median(taken)
}
