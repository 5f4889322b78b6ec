import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { describeSandboxes } from './describe-sandboxes-rig.ts'

/** Calls every kernel must refuse in a room, by number on this processor; each harmless where it is not refused. */
const CALLS = {
  x64: {
    keyctl: 250,
    add_key: 248,
    mount: 165,
    unshare: 272,
    setns: 308,
    bpf: 321,
    perf_event_open: 298,
    kcmp: 312,
  },
  arm64: {
    keyctl: 219,
    add_key: 217,
    mount: 40,
    unshare: 97,
    setns: 268,
    bpf: 280,
    perf_event_open: 241,
    kcmp: 272,
  },
} as const
/** Docker's default profile refuses these only in newer engines or on older kernels; `doctor` tells. */
const LATELY_REFUSED = {
  x64: { io_uring_setup: 425, ptrace: 101 },
  arm64: { io_uring_setup: 425, ptrace: 117 },
} as const

const NEW_USER_NAMESPACE = 0x10000000

/** Prints the names of the calls that were answered by anything but "not permitted". */
function callAll(calls: Readonly<Record<string, number>>): string {
  return `import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for name, number in ${JSON.stringify(calls)}.items():
  ctypes.set_errno(0)
  answer = libc.syscall(number, ${NEW_USER_NAMESPACE} if name == "unshare" else 0, 0, 0, 0, 0)
  if answer != -1 or ctypes.get_errno() != errno.EPERM: print(name)`
}

const processor = process.arch === 'arm64' ? 'arm64' : 'x64'

await describeSandboxes('system calls', (given) => {
  it('are refused that no program needs and the kernel has had holes in', async () => {
    expect((await given.site.run(callAll(CALLS[processor]))).stdout).toBe('')
  })

  it('control: the same calls are answered otherwise outside of a room', async () => {
    const { stdout } = await promisify(execFile)('python3', ['-c', callAll(CALLS[processor])])
    expect(stdout).toContain('keyctl\n')
    expect(stdout).toContain('kcmp\n')
  })

  it('give no new user namespace to be root in, by any way to ask for one', async () => {
    const CLONE = processor === 'x64' ? 56 : 220
    const { stdout } = await given.site.run(`import ctypes
libc = ctypes.CDLL(None)
print(libc.unshare(${NEW_USER_NAMESPACE}), libc.syscall(${CLONE}, ${NEW_USER_NAMESPACE}, 0, 0, 0, 0))`)
    expect(stdout).toBe('-1 -1\n')
  })

  it('still let programs start threads and others', async () => {
    const { stdout } = await given.site.run(`import subprocess, threading
thread = threading.Thread(target=lambda: print("thread", flush=True)); thread.start(); thread.join()
subprocess.run(["python3", "-c", "print('process')"])`)
    expect(stdout).toBe('thread\nprocess\n')
  })

  it('are filtered, and in a room of bubblewrap without exception for what engines have come to refuse', async () => {
    const { stdout } = await given.site.run(
      'print([line.split()[1] for line in open("/proc/self/status") if line.startswith("Seccomp:")])',
    )
    expect(stdout).toBe("['2']\n")
    if (given.name === 'engine') return
    expect((await given.site.run(callAll(LATELY_REFUSED[processor]))).stdout).toBe('')
    const vsock = await given.site.run('import socket; socket.socket(40, socket.SOCK_STREAM)')
    expect(vsock.stderr).toContain('Address family not supported')
  })
})
