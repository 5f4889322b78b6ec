import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeSandboxes } from './describe-sandboxes-rig.ts'

// What a program finds in its room, and what it can do there.
await describeSandboxes('what a program finds in its room', (given) => {
  it('finds nothing of the host but what was mounted', async () => {
    const planted = join(await mkdtemp(join(tmpdir(), 'scoregate-planted-')), 'secret')
    await writeFile(planted, 'planted')
    await writeFile(join(given.site.input, 'given.txt'), 'given')
    const { stdout } = await given.site.run('', {
      command: [
        'sh',
        '-c',
        `cat /app/input/given.txt; ls -A / /tmp /app; cat ${planted} /etc/shadow; ls /root /home /srv /var/run/docker.sock`,
      ],
    })
    await rm(planted)
    expect(stdout).toMatch(/^given/)
    expect(stdout).not.toMatch(/planted|docker\.sock|^root:/m)
  })

  it('is a user who is nobody, without capabilities or a way to new privileges', async () => {
    const { stdout } = await given.site.run(`import os
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(os.getuid(), *[int(status[each], 16) for each in ("CapEff", "CapPrm", "CapBnd")], int(status["NoNewPrivs"]))`)
    expect(stdout).toMatch(/^[1-9]\d* 0 0 0 1\n$/)
  })

  it('has no network but loopback', async () => {
    const { stdout } = await given.site.run(`import socket
print([line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]])
try: socket.create_connection(("192.0.2.1", 80), timeout=3)
except OSError as error: print(error.strerror)`)
    expect(stdout).toBe("['lo']\nNetwork is unreachable\n")
  })

  it('can write to its output and its own scratch space, and nowhere else, not even after a mount of its own', async () => {
    const { stdout } = await given.site.run(`import ctypes, os
places = "/app/output /tmp /dev/shm /app/input /app / /etc /usr /dev /sys /proc/sys/kernel /var".split()
def written():
  done = []
  for place in places:
    try: open(place + "/new", "w").close(); done.append(place)
    except OSError: pass
  return done
print(*written())
REMOUNT_WRITABLE = 0x20 | 0x1000
print([ctypes.CDLL(None).mount(b"none", each, None, REMOUNT_WRITABLE, None) for each in (b"/", b"/app/input")])
print(*written())`)
    const written = '/app/output /tmp /dev/shm\n'
    expect(stdout).toBe(`${written}[-1, -1]\n${written}`)
  })

  it('finds nothing in its scratch space of the run before, and cannot fill the memory of the host with it', async () => {
    const python = `import os
print(os.listdir("/tmp"), os.listdir("/dev/shm"))
for place in "/tmp", "/dev/shm":
  try:
    with open(place + "/big", "wb") as file:
      for _ in range(50): file.write(b"x" * 2 ** 20); file.flush()
  except OSError: print(os.path.getsize(place + "/big") <= 2 * 2 ** 20)`
    for (let each = 0; each < 2; each += 1) {
      expect((await given.site.run(python)).stdout).toBe('[] []\nTrue\nTrue\n')
    }
  })

  it('has standard streams alone open, and no variable that was not given', async () => {
    process.env['SCOREGATE_TEST_SECRET'] = 'do not tell'
    const ran = await given.site.run(
      `import json, os
variables = [each.split("=")[0] for each in open("/proc/self/environ").read().split("\\0") if each]
listing = os.open("/proc/self/fd", os.O_RDONLY)
fds = [int(fd) for fd in os.listdir(listing) if int(fd) < listing]
print(json.dumps({"variables": variables, "fds": sorted(fds)}))`,
      { environment: { GIVEN: 'a b=c' } },
    )
    delete process.env['SCOREGATE_TEST_SECRET']
    const { variables, fds } = JSON.parse(ran.stdout)
    expect(fds).toEqual([0, 1, 2])
    // What every room has, whoever runs: where programs are, who and where one is, and that there is no GPU.
    const own = ['PATH', 'HOME', 'HOSTNAME', 'PWD', 'NVIDIA_VISIBLE_DEVICES']
    expect(variables.filter((each: string) => !own.includes(each))).toEqual(['GIVEN'])
  })

  it('sees the processes of its room alone', async () => {
    const { stdout } = await given.site.run(`import os
print(len([pid for pid in os.listdir("/proc") if pid.isdigit()]))`)
    // The program, and what the sandbox puts in front of it.
    expect(Number(stdout)).toBeLessThanOrEqual(2)
  })

  it('reads nothing of the machine in /proc or /sys, and commands it by neither', async () => {
    const { stdout } = await given.site.run(`import os
def shows(path):
  try: return len(open(path, "rb").read(10)) > 0
  except OSError: return False
def opens(path):
  try: os.close(os.open(path, os.O_WRONLY)); return True
  except OSError: return False
print([each for each in ("/proc/kcore", "/proc/keys", "/proc/timer_list") if shows(each)])
print([each for each in ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/sys/power/state") if opens(each)])`)
    expect(stdout).toBe('[]\n[]\n')
  })

  it('keeps output closed to others on the host, and makes the working folder that an image lacks', async () => {
    const python = 'import os; print(os.getcwd(), os.getuid()); open("/app/output/x", "w").write("x")'
    const ran = await given.site.run(python, { workingDirectory: '/app/work' })
    const { mode, uid } = await stat(given.site.output)
    expect(ran.stdout).toBe(`/app/work ${uid}\n`)
    expect(mode & 0o777).toBe(0o700)
    expect(await readFile(join(given.site.output, 'x'), 'utf8')).toBe('x')
  })
})
