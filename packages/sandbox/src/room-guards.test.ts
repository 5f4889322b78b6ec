import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { access, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Sandbox } from './sandbox.ts'
import {
  isToBeTested,
  openTestSite,
  processesMarked,
  startSandbox,
  type TestSite,
  until,
} from './sandbox-rig.ts'

// Each limit is tried on both its sides, and each way to end on the exact outcome that the worker builds its reason on.
for (const name of ['engine', 'bubblewrap'] as const) {
  describe.runIf(await isToBeTested(name))(`guards of a room of the ${name} sandbox`, () => guards(name))
}

function guards(name: Sandbox['name']): void {
  const ownerMark = `guards-${process.pid}`
  let sandbox: Sandbox
  let site: TestSite

  beforeAll(async () => {
    sandbox = await startSandbox(name, ownerMark)
  })
  beforeEach(async () => {
    site = await openTestSite(sandbox)
  })
  afterEach(() => site[Symbol.asyncDispose]())
  afterAll(async () => {
    expect(await sandbox.removeLeftovers(), 'rooms that the tests left behind').toBe(0)
  })

  describe('when it ends', () => {
    it('tells a program that killed itself, and one that is not there, by the exit codes of shells', async () => {
      const killed = await site.run('import os; os.kill(os.getpid(), 9)')
      expect(killed.outcome).toMatchObject({ kind: 'exited', exitCode: 137 })
      const absent = await site.run('', { command: ['no-such-program'] })
      expect(absent.outcome).toMatchObject({ kind: 'exited', exitCode: 127 })
    })

    it('says memory-limit, where the same program runs with enough', async () => {
      const python = 'x = bytearray(b"x") * (256 * 2 ** 20); print(len(x))'
      expect((await site.run(python)).outcome).toMatchObject({ kind: 'memory-limit' })
      const enough = await site.run(python, { limited: { memoryBytes: 1024 * 2 ** 20 } })
      expect(enough).toMatchObject({ stdout: '268435456\n', outcome: { kind: 'exited', exitCode: 0 } })
    })

    it('says output-limit even when the program was gone before anybody looked', async () => {
      const write = 'open("big", "wb").write(b"x" * (8 * 2 ** 20))'
      expect((await site.run(write)).outcome).toMatchObject({ kind: 'output-limit' })
      await using roomy = await openTestSite(sandbox, { bytes: 16 * 2 ** 20 })
      const larger = await roomy.run(write, { limited: { outputBytes: 16 * 2 ** 20 } })
      expect(larger.outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
    })

    it.each(['open(f"f{i}", "w")', 'os.mkdir(f"d{i}")', 'os.symlink("/", f"l{i}")'])(
      'counts what %s makes as a file',
      async (make) => {
        const limited = { outputFiles: 10 }
        const few = await site.run(`import os\nfor i in range(10): ${make}`, { limited })
        expect(few.outcome).toMatchObject({ kind: 'exited', exitCode: 0 })
        const many = await site.run(`import os\nfor i in range(10, 20): ${make}`, { limited })
        expect(many.outcome).toMatchObject({ kind: 'output-limit' })
      },
    )

    it('says cancelled, also of a run that was cancelled before it began', async () => {
      const { outcome } = await site.run('open("ran", "w")', { signal: AbortSignal.abort() })
      expect(outcome).toMatchObject({ kind: 'cancelled' })
      expect(await readdir(site.output)).toEqual([])
    })

    it('says sandbox-failed of a mount that is not there, and does not make it', async () => {
      const source = join(site.folder, 'nowhere')
      const mounts = [{ source, target: '/app/input', mode: 'read-only' }] as const
      expect((await site.run('pass', { mounts })).outcome).toMatchObject({ kind: 'sandbox-failed' })
      await expect(access(source)).rejects.toThrow()
    })

    it('takes no image name for anything else', async () => {
      for (const image of ['../containers', '/', '', 'a b', 'x?force=1']) {
        expect(await sandbox.hasImage(image), image).toBe(false)
      }
    })
  })

  describe('left behind', () => {
    it('is removed by the next worker with the same mark, and by no other', async () => {
      const mark = `mark-${randomBytes(8).toString('hex')}`
      const owner = `killed-${process.pid}.one`
      const rig = fileURLToPath(new URL('./killed-worker-rig.ts', import.meta.url))
      // What a killed worker leaves on disk goes with this test's own folder.
      const worker = spawn(process.execPath, ['--import', 'tsx', rig, name, owner, mark], {
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: site.folder },
      })
      await until('its room runs', async () => (await processesMarked(mark)).length > 0)
      const ended = once(worker, 'exit')
      worker.kill('SIGKILL')
      await ended
      // With this worker's mark the killed one's happens to begin.
      const other = await startSandbox(name, `killed-${process.pid}`)
      expect(await other.removeLeftovers()).toBe(0)
      const next = await startSandbox(name, owner)
      expect(await next.removeLeftovers()).toBe(1)
      await until('nothing of it is left', async () => (await processesMarked(mark)).length === 0)
      expect(await next.removeLeftovers()).toBe(0)
    })

    it('does not include the rooms of the worker that clears up', async () => {
      const cancel = new AbortController()
      const python = 'import time; open("started", "w").close(); time.sleep(600)'
      const running = site.run(python, { signal: cancel.signal })
      await until('the program runs', async () => (await readdir(site.output)).includes('started'))
      expect(await sandbox.removeLeftovers()).toBe(0)
      cancel.abort()
      expect((await running).outcome).toMatchObject({ kind: 'cancelled' })
    })
  })

  describe('within', () => {
    it('gives no new user namespace to be root in', async () => {
      const CLONE_NEWUSER = 0x10000000
      const ran = await site.run(`import ctypes; print(ctypes.CDLL(None).unshare(${CLONE_NEWUSER}))`)
      expect(ran.stdout).toBe('-1\n')
    })

    it('allows the number of processes that was given', async () => {
      const ran = await site.run(`import os, time
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
      const ran = await site.run(`import resource
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))`)
      expect(ran.stdout).toBe('(64, 64) (0, 0)\n')
    })

    it('has only standard streams open, and no variable that was not given', async () => {
      const ran = await site.run(
        `import json, os
variables = [each.split("=")[0] for each in open("/proc/self/environ").read().split("\\0") if each]
listing = os.open("/proc/self/fd", os.O_RDONLY)
fds = [int(fd) for fd in os.listdir(listing) if int(fd) < listing]
print(json.dumps({"variables": variables, "fds": sorted(fds)}))`,
        { environment: { GIVEN: 'a b=c' } },
      )
      const { variables, fds } = JSON.parse(ran.stdout)
      expect(fds).toEqual([0, 1, 2])
      // What every room has, whoever runs: where programs are, who and where one is.
      const own = ['PATH', 'HOME', 'HOSTNAME', 'PWD', 'NVIDIA_VISIBLE_DEVICES']
      expect(variables.filter((each: string) => !own.includes(each))).toEqual(['GIVEN'])
    })

    it('keeps output closed to others on the host, and makes the working folder that an image lacks', async () => {
      const python = 'import os; print(os.getcwd(), os.getuid()); open("/app/output/x", "w")'
      const ran = await site.run(python, { workingDirectory: '/app/work' })
      const { mode, uid } = await stat(site.output)
      expect(ran.stdout).toBe(`/app/work ${uid}\n`)
      expect(mode & 0o777).toBe(0o700)
    })

    it('does not follow a link that a program put where its log belongs', async () => {
      const secret = join(site.folder, 'secret')
      await writeFile(secret, 'kept')
      await symlink(secret, join(site.folder, 'linked'))
      const { outcome } = await site.run('print("x")', { stdoutFile: join(site.folder, 'linked') })
      expect(outcome).toMatchObject({ kind: 'sandbox-failed' })
      expect(await readFile(secret, 'utf8')).toBe('kept')
    })
  })
}
