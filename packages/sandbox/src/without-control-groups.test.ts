import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const Ran = z.object({ outcome: z.looseObject({ kind: z.string() }), stdout: z.string() })
const Ended = z.object({ plain: Ran, one: Ran, many: Ran, forks: Ran })

describe('bubblewrap where no control group can be made, on an account with many processes', () => {
  let ended: z.infer<typeof Ended>

  beforeAll(async () => {
    const rig = fileURLToPath(new URL('./without-control-groups-rig.ts', import.meta.url))
    const worker = [process.execPath, '--import', 'tsx', rig]
    // Root can make groups, so theirs are hidden from it; another user cannot make any that limit memory.
    const hidden = [
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs -o ro none /sys/fs/cgroup && exec "$@"',
      'sh',
    ]
    const [program = '', ...rest] = process.getuid?.() === 0 ? [...hidden, ...worker] : worker
    const { stdout } = await promisify(execFile)(program, rest)
    ended = Ended.parse(JSON.parse(stdout))
  })

  it('runs programs', () => {
    expect(ended.plain).toMatchObject({ stdout: 'ran\n', outcome: { kind: 'exited', exitCode: 0 } })
  })

  it('stops one process, or many together, that use too much memory', () => {
    expect(ended.one.outcome.kind).toBe('memory-limit')
    expect(ended.many.outcome.kind).toBe('memory-limit')
  })

  it('limits the processes of the room, and counts no others', () => {
    expect(Number(ended.forks.stdout)).toBeGreaterThanOrEqual(20)
    expect(Number(ended.forks.stdout)).toBeLessThan(24)
  })
})
