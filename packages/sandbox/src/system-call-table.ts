/** A processor whose system calls we know by number; both write numbers with their lowest byte first. */
export type Processor = 'x64' | 'arm64'

/**
 * Calls that a confined program has no honest use for, by their number on each processor; `undefined` where there is no such
 * call. The choice is that of Docker's default profile for a container without capabilities
 * (https://docs.docker.com/engine/security/seccomp/), and besides, `ptrace` and `process_madvise`. Numbers: Linux,
 * arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
 */
export const REFUSED_CALLS: Readonly<Record<string, Readonly<Record<Processor, number | undefined>>>> = {
  // Keys of the kernel belong to no namespace.
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  // Other processes' memory.
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  process_madvise: { x64: 440, arm64: 440 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  kcmp: { x64: 312, arm64: 272 },
  // Mounts and namespaces, the old way and the new.
  mount: { x64: 165, arm64: 40 },
  umount2: { x64: 166, arm64: 39 },
  pivot_root: { x64: 155, arm64: 41 },
  chroot: { x64: 161, arm64: 51 },
  open_tree: { x64: 428, arm64: 428 },
  move_mount: { x64: 429, arm64: 429 },
  fsopen: { x64: 430, arm64: 430 },
  fsconfig: { x64: 431, arm64: 431 },
  fsmount: { x64: 432, arm64: 432 },
  fspick: { x64: 433, arm64: 433 },
  mount_setattr: { x64: 442, arm64: 442 },
  statmount: { x64: 457, arm64: 457 },
  listmount: { x64: 458, arm64: 458 },
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  // Files by number instead of by name, past every mount.
  name_to_handle_at: { x64: 303, arm64: 264 },
  open_by_handle_at: { x64: 304, arm64: 265 },
  // Large parts of the kernel that have had holes.
  bpf: { x64: 321, arm64: 280 },
  perf_event_open: { x64: 298, arm64: 241 },
  userfaultfd: { x64: 323, arm64: 282 },
  io_uring_setup: { x64: 425, arm64: 425 },
  io_uring_enter: { x64: 426, arm64: 426 },
  io_uring_register: { x64: 427, arm64: 427 },
  fanotify_init: { x64: 300, arm64: 262 },
  lookup_dcookie: { x64: 212, arm64: 18 },
  // Where memory lies among the processors.
  mbind: { x64: 237, arm64: 235 },
  set_mempolicy: { x64: 238, arm64: 237 },
  get_mempolicy: { x64: 239, arm64: 236 },
  set_mempolicy_home_node: { x64: 450, arm64: 450 },
  migrate_pages: { x64: 256, arm64: 238 },
  move_pages: { x64: 279, arm64: 239 },
  // The machine itself.
  acct: { x64: 163, arm64: 89 },
  syslog: { x64: 103, arm64: 116 },
  reboot: { x64: 169, arm64: 142 },
  swapon: { x64: 167, arm64: 224 },
  swapoff: { x64: 168, arm64: 225 },
  quotactl: { x64: 179, arm64: 60 },
  quotactl_fd: { x64: 443, arm64: 443 },
  vhangup: { x64: 153, arm64: 58 },
  sethostname: { x64: 170, arm64: 161 },
  setdomainname: { x64: 171, arm64: 162 },
  settimeofday: { x64: 164, arm64: 170 },
  clock_settime: { x64: 227, arm64: 112 },
  clock_adjtime: { x64: 305, arm64: 266 },
  kexec_load: { x64: 246, arm64: 104 },
  kexec_file_load: { x64: 320, arm64: 294 },
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  lsm_get_self_attr: { x64: 459, arm64: 459 },
  lsm_set_self_attr: { x64: 460, arm64: 460 },
  lsm_list_modules: { x64: 461, arm64: 461 },
  ioperm: { x64: 173, arm64: undefined },
  iopl: { x64: 172, arm64: undefined },
  // What nobody has used for long.
  create_module: { x64: 174, arm64: undefined },
  get_kernel_syms: { x64: 177, arm64: undefined },
  query_module: { x64: 178, arm64: undefined },
  nfsservctl: { x64: 180, arm64: 42 },
  uselib: { x64: 134, arm64: undefined },
  ustat: { x64: 136, arm64: undefined },
  sysfs: { x64: 139, arm64: undefined },
  _sysctl: { x64: 156, arm64: undefined },
}

/** Calls that are looked at more closely, by their first argument. */
export const JUDGED_CALLS = {
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  personality: { x64: 135, arm64: 92 },
  socket: { x64: 41, arm64: 198 },
  socketpair: { x64: 53, arm64: 199 },
} as const satisfies Readonly<Record<string, Readonly<Record<Processor, number>>>>

/** The highest number that was judged (`mseal`, Linux 6.10): a call that is newer is not there. */
export const NEWEST_CALL = 462
