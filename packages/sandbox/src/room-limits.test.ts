import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { describeSandboxes } from './describe-sandboxes-rig.ts'
import { openTestSite, processesMarked } from './sandbox-rig.ts'

const MIB = 2 ** 20

// Each limit is tried on both its sides, and each way to end on the exact outcome that the worker builds its reason on.
await describeSandboxes('limits', (given) => {
  it('says memory-limit, where the same program runs with enough', async () => {
    const python = 'x = bytearray(b"x") * (256 * 2 ** 20); print(len(x))'
    expect((await given.site.run(python)).outcome).toMatchObject({ kind: 'memory-limit' })
    const enough = await given.site.run(python, { limited: { memoryBytes: 1024 * MIB } })
    expect(enough).toMatchObject({ stdout: '268435456\n', outcome: { kind: 'exited', exitCode: 0 } })
  })

  it('allows the number of processes that was given', async () => {
    const ran = await given.site.run(`import os, time
made = 0
try:
  while made < 500:
    if os.fork() == 0: time.sleep(60); os._exit(0)
    made += 1
except BlockingIOError: print(made)`)
    // Of 24, the program itself and the room's first process are not its children.
    expect(Number(ran.stdout)).toBeGreaterThanOrEqual(20)
    expect(Number(ran.stdout)).toBeLessThan(24)
  })

  it('limits open files, and leaves nothing of a crash on disk', async () => {
    const ran = await given.site.run(`import resource
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))`)
    expect(ran.stdout).toBe('(64, 64) (0, 0)\n')
  })

  it('says time-limit, and kills everything that the program started', async () => {
    const { outcome } = await given.site.run(
      'import os, time\nfor _ in range(5):\n  if os.fork() == 0:\n    os.setsid()\n    break\ntime.sleep(1000)',
      { limited: { timeSeconds: 1 } },
    )
    expect(outcome.kind).toBe('time-limit')
    expect(await processesMarked('time.sleep(1000)')).toEqual([])
  })

  describe('of output', () => {
    it('are kept even when the program was gone before anybody looked', async () => {
      const write = `open("big", "wb").write(b"x" * ${8 * MIB})`
      expect((await given.site.run(write)).outcome).toMatchObject({ kind: 'output-limit' })
      await using roomy = await openTestSite(given.sandbox, { bytes: 16 * MIB })
      const larger = await roomy.run(write, { limited: { outputBytes: 16 * MIB } })
      expect(larger.outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
    })

    it('let a program write what it may, to the last byte', async () => {
      const { outcome } = await given.site.run(`open("full", "wb").write(b"x" * ${4 * MIB})`)
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
    })

    it.each(['open(f"f{i}", "w")', 'os.mkdir(f"d{i}")', 'os.symlink("/", f"l{i}")'])(
      'count what %s makes as a file',
      async (make) => {
        const limited = { outputFiles: 10 }
        const few = await given.site.run(`import os\nfor i in range(10): ${make}`, { limited })
        expect(few.outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
        const many = await given.site.run(`import os\nfor i in range(10, 20): ${make}`, { limited })
        expect(many.outcome).toMatchObject({ kind: 'output-limit' })
      },
    )

    it.runIf(process.getuid?.() === 0)('are kept by the kernel, in bytes and in files', async () => {
      expect(given.site.boundedBy).toBe('file-system')
      const bytes = await given.site.run(`for i in range(64): open(f"{i}", "wb").write(b"x" * ${MIB})`)
      expect(bytes.outcome.kind).toBe('output-limit')
      await using other = await openTestSite(given.sandbox)
      const files = await other.run('for i in range(5000): open(f"{i}", "w")')
      expect(files.outcome.kind).toBe('output-limit')
      expect((await readdir(other.output)).length).toBeLessThan(200)
      for (const { stderr } of [bytes, files]) expect(stderr).toMatch(/No space left on device|^$/)
    })

    it.runIf(process.getuid?.() === 0)('count a file that has no name any more', async () => {
      const { outcome } = await given.site.run(`import os, time
file = open("hidden", "wb")
os.unlink("hidden")
for _ in range(5): file.write(b"x" * ${MIB}); file.flush()
time.sleep(20)`)
      expect(outcome.kind).toBe('output-limit')
    })
  })

  it('keep the first bytes of a stream, and say that more came', async () => {
    const { outcome, stdout } = await given.site.run("print('x' * 3_000_000)", {
      limited: { logBytes: 1000 },
    })
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0, logsTruncated: true })
    expect(stdout).toBe('x'.repeat(1000))
  })
})
