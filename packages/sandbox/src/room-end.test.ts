import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { access, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeSandboxes } from './describe-sandboxes-rig.ts'
import { mountPoints } from './loop-file-system.ts'
import { openTestSite, processesMarked, startSandbox, until } from './sandbox-rig.ts'

await describeSandboxes('how a run begins and ends', (given) => {
  it('passes the exit code through and keeps the two streams apart, for the worker alone', async () => {
    const python = 'import sys; print("out"); print("err", file=sys.stderr); sys.exit(7)'
    const { outcome, stdout, stderr } = await given.site.run(python)
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 7, logsTruncated: false })
    expect([stdout, stderr]).toEqual(['out\n', 'err\n'])
    expect((await stat(join(given.site.folder, 'stdout'))).mode & 0o077).toBe(0)
  })

  it('tells a program that killed itself, and one that is not there, by the exit codes of shells', async () => {
    const killed = await given.site.run('import os; os.kill(os.getpid(), 9)')
    expect(killed.outcome).toMatchObject({ kind: 'exited', exitCode: 137 })
    const absent = await given.site.run('', { command: ['no-such-program'] })
    expect(absent.outcome).toMatchObject({ kind: 'exited', exitCode: 127 })
  })

  it('leaves no process behind that went into the background', async () => {
    const command = ['sh', '-c', 'setsid sh -c "sleep 987" >/dev/null 2>&1 </dev/null & exit 0']
    const { outcome } = await given.site.run('', { command })
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
    expect(await processesMarked('sleep\x00987')).toEqual([])
  })

  it('says cancelled, also of a run that was cancelled before it began', async () => {
    const { outcome } = await given.site.run('open("ran", "w")', { signal: AbortSignal.abort() })
    expect(outcome).toMatchObject({ kind: 'cancelled' })
    expect(await readdir(given.site.output)).toEqual([])
  })

  it('does not follow a link that a program put where its log belongs', async () => {
    const secret = join(given.site.folder, 'secret')
    await writeFile(secret, 'kept')
    await symlink(secret, join(given.site.folder, 'linked'))
    const { outcome } = await given.site.run('print("x")', { stdoutFile: join(given.site.folder, 'linked') })
    expect(outcome).toMatchObject({ kind: 'sandbox-failed' })
    expect(await readFile(secret, 'utf8')).toBe('kept')
  })

  describe('prepared', () => {
    it('is a room that sees what came into its inputs since', async () => {
      await using room = await given.sandbox.prepare(given.site.spec('print(open("/app/input/late").read())'))
      await writeFile(join(given.site.input, 'late'), 'late')
      expect(await room.start(new AbortController().signal)).toMatchObject({ kind: 'exited', exitCode: 0 })
      expect(await readFile(join(given.site.folder, 'stdout'), 'utf8')).toBe('late\n')
    })

    it('is a room that leaves nothing when it is not started', async () => {
      const mark = `mark-${randomBytes(8).toString('hex')}`
      const command = ['python3', '-c', 'open("ran", "w")', mark]
      const room = await given.sandbox.prepare(given.site.spec('', { command }))
      await room[Symbol.asyncDispose]()
      expect(await readdir(given.site.output)).toEqual([])
      expect(await processesMarked(mark)).toEqual([])
    })
  })

  describe('with mounts', () => {
    const run = (source: string) =>
      given.site.run('pass', { mounts: [{ source, target: '/app/input', mode: 'read-only' }] })

    it('says sandbox-failed of one that is not there, and does not make it', async () => {
      const source = join(given.site.folder, 'nowhere')
      expect((await run(source)).outcome).toMatchObject({ kind: 'sandbox-failed' })
      await expect(access(source)).rejects.toThrow()
    })

    it.each(['/', '/proc', '/sys/kernel', '/dev', '/run'])('refuses %s', async (source) => {
      const { outcome } = await run(source)
      expect(outcome).toMatchObject({ kind: 'sandbox-failed', detail: expect.stringContaining('in no room') })
    })

    it('refuses a link to what it refuses, and follows one to anything else once', async () => {
      const link = join(given.site.folder, 'link')
      await symlink('/proc', link)
      expect((await run(link)).outcome).toMatchObject({ kind: 'sandbox-failed' })
      const good = join(given.site.folder, 'good')
      await symlink(given.site.input, good)
      expect((await run(good)).outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
    })

    it('says sandbox-failed when another folder took the place of one that was looked at', async () => {
      const source = join(given.site.folder, 'data')
      await mkdir(source, { mode: 0o755 })
      const mounts = [{ source, target: '/app/input', mode: 'read-only' }] as const
      await using room = await given.sandbox.prepare(given.site.spec('pass', { mounts }))
      if (given.name === 'engine') {
        await rename(source, `${source}-before`)
        await mkdir(source, { mode: 0o755 })
        const outcome = await room.start(new AbortController().signal)
        expect(outcome).toMatchObject({
          kind: 'sandbox-failed',
          detail: expect.stringContaining('another folder'),
        })
      } else {
        // Its mounts are made by now, and lead where they led.
        await rename(source, `${source}-before`)
        expect(await room.start(new AbortController().signal)).toMatchObject({ kind: 'exited', exitCode: 0 })
      }
    })

    it.runIf(process.getuid?.() === 0)(
      'shows nothing of what is mounted in one, which could be written to',
      async () => {
        const nested = join(given.site.input, 'nested')
        await mkdir(nested)
        await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'none', nested])
        try {
          await writeFile(join(nested, 'elsewhere'), 'x')
          const { stdout } = await given.site.run(`import os
print(os.listdir("/app/input/nested"))
try: open("/app/input/nested/new", "w")
except OSError as error: print(error.strerror)`)
          expect(stdout).toBe('[]\nRead-only file system\n')
        } finally {
          await promisify(execFile)('umount', [nested])
        }
      },
    )

    it('says sandbox-failed of an output folder that nothing limits', async () => {
      const source = join(given.site.folder, 'plain')
      await mkdir(source)
      const mounts = [{ source, target: '/app/output', mode: 'output' }] as const
      expect((await given.site.run('pass', { mounts })).outcome).toMatchObject({ kind: 'sandbox-failed' })
    })
  })

  describe('as a user', () => {
    it.runIf(process.getuid?.() === 0)('that no other room has at the same time', async () => {
      await using other = await openTestSite(given.sandbox)
      const python = 'import os; print(os.getuid())'
      const [one, two] = await Promise.all([given.site.run(python), other.run(python)])
      expect(Number(one.stdout)).toBeGreaterThan(1000)
      expect(one.stdout).not.toBe(two.stdout)
    })
  })

  describe('left behind', () => {
    it('is removed by the next worker with the same mark, and by no other', async () => {
      const mark = `mark-${randomBytes(8).toString('hex')}`
      const owner = `killed-${process.pid}.one`
      const rig = fileURLToPath(new URL('./killed-worker-rig.ts', import.meta.url))
      // What a killed worker leaves on disk goes with this test's own folder.
      const worker = spawn(process.execPath, ['--import', 'tsx', rig, given.name, owner, mark], {
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: given.site.folder },
      })
      await until('its room runs', async () => (await processesMarked(mark)).length > 0)
      const ended = once(worker, 'exit')
      worker.kill('SIGKILL')
      await ended
      const mounted = async () => (await mountPoints()).filter((point) => point.includes(`.${owner}.`)).length
      // With this worker's mark the killed one's happens to begin.
      const other = await startSandbox(given.name, `killed-${process.pid}`)
      expect(await other.removeLeftovers()).toBe(0)
      expect(await mounted()).toBe(given.site.boundedBy === 'file-system' ? 1 : 0)
      const next = await startSandbox(given.name, owner)
      // A room without a control group dies with its worker, and there is nothing to find.
      const isFound = given.name === 'engine' || process.getuid?.() === 0
      expect(await next.removeLeftovers()).toBe(isFound ? 1 : 0)
      await until('nothing of it is left', async () => (await processesMarked(mark)).length === 0)
      expect(await mounted()).toBe(0)
      expect(await next.removeLeftovers()).toBe(0)
    })

    it('does not include the rooms of the worker that clears up', async () => {
      const cancel = new AbortController()
      const python = 'import time; open("started", "w").close(); time.sleep(600)'
      const running = given.site.run(python, { signal: cancel.signal })
      await until('the program runs', async () => (await readdir(given.site.output)).includes('started'))
      expect(await given.sandbox.removeLeftovers()).toBe(0)
      cancel.abort()
      expect((await running).outcome).toMatchObject({ kind: 'cancelled' })
    })
  })
})
