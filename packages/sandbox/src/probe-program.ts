import { z } from 'zod'

/**
 * What the probe program prints: what it saw and could do. It runs in an image that the site chose, so it is believed; a room is
 * judged by what a program finds in it, and not by what we asked for.
 */
export const ProbeFacts = z.strictObject({
  uid: z.int(),
  status: z.record(z.string(), z.string()),
  interfaces: z.array(z.string()),
  connected: z.boolean(),
  vsock: z.boolean(),
  written: z.array(z.string()),
  engineSockets: z.array(z.string()),
  strangers: z.array(z.string()),
  readableMachineFiles: z.array(z.string()),
  openFiles: z.int(),
  coreBytes: z.int(),
  scratchBytes: z.record(z.string(), z.number()),
  allowedCalls: z.array(z.string()),
  variables: z.array(z.string()),
  forks: z.int(),
})
export type ProbeFacts = z.infer<typeof ProbeFacts>

/** Marks the probe's own command, by which it knows its processes. */
const MARK = 'scoregate-probe'

/** A Python program, for 3.6 and newer, that tries what a room must not let it do, and prints {@link ProbeFacts}. */
export const PROBE_PROGRAM = `# ${MARK}
import ctypes, json, os, platform, resource, socket, time
def lines(path):
  try:
    with open(path) as file: return file.read().splitlines()
  except OSError: return []
def tried(action):
  try: action(); return True
  except OSError: return False
def writes(place):
  path = os.path.join(place, "scoregate-probe")
  def write():
    with open(path, "w") as file: file.write("x")
    os.unlink(path)
  return tried(write)
def shows(path):
  try:
    if os.path.isdir(path): return len(os.listdir(path)) > 0
    with open(path, "rb") as file: return len(file.read(10)) > 0
  except OSError: return False
def connect():
  reached = socket.socket(); reached.settimeout(2); reached.connect(("192.0.2.1", 80))
def commands():
  for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
      with open("/proc/%s/cmdline" % pid) as file: yield pid, file.read()
    except OSError: pass
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"x86_64": dict(keyctl=250, add_key=248, mount=165, unshare=272, perf_event_open=298, bpf=321, io_uring_setup=425),
  "aarch64": dict(keyctl=219, add_key=217, mount=40, unshare=97, perf_event_open=241, bpf=280, io_uring_setup=425)}
def allowed(name, number):
  ctypes.set_errno(0)
  first = 0x10000000 if name == "unshare" else 0
  if libc.syscall(number, first, 0, 0, 0, 0) != -1: return True
  return ctypes.get_errno() not in (1, 38)
status = dict(line.split(":\\t", 1) for line in lines("/proc/self/status") if ":\\t" in line)
own = ["scoregate-probe", "docker-init", "catatonit", "bwrap", "/dev/init", "tini"]
facts = dict(
  uid=os.getuid(),
  status={name: status.get(name, "") for name in ("CapEff", "CapBnd", "CapPrm", "NoNewPrivs", "Seccomp")},
  interfaces=[line.split(":")[0].strip() for line in lines("/proc/net/dev")[2:]],
  connected=tried(connect),
  vsock=tried(lambda: socket.socket(40, socket.SOCK_STREAM)),
  written=[place for place in ("/", "/etc", "/usr", "/usr/bin", "/bin", "/dev", "/sys", "/app", "/app/input") if writes(place)],
  engineSockets=[path for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock",
    "/run/containerd/containerd.sock") if os.path.exists(path)],
  strangers=[command.split("\\0")[0][:100] for pid, command in commands() if not any(each in command for each in own)],
  readableMachineFiles=[path for path in ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware/dmi") if shows(path)]
    + [path for path in ("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern") if tried(lambda: open(path, "r+"))],
  openFiles=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
  coreBytes=resource.getrlimit(resource.RLIMIT_CORE)[1],
  scratchBytes={path: os.statvfs(path).f_frsize * os.statvfs(path).f_blocks for path in ("/tmp", "/dev/shm")},
  allowedCalls=[name for name, number in numbers.get(platform.machine(), {}).items() if allowed(name, number)],
  variables=sorted(os.environ),
)
forks = 0
try:
  while forks < 500:
    if os.fork() == 0:
      time.sleep(30); os._exit(0)
    forks += 1
except OSError: pass
facts["forks"] = forks
print(json.dumps(facts), flush=True)
os._exit(0)
`
