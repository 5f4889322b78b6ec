/** What is promised of a room, whichever sandbox makes it; the design's rule 4, to be tried one by one. */
export const ROOM_PROMISES = {
  network: 'A program has no network',
  'other-sockets': 'No socket leads past the network to the host of this machine',
  root: 'A program cannot write to its system, its inputs or private data',
  user: 'A program is nobody: an unprivileged user',
  'own-user': 'Rooms that run at the same time are different users',
  capabilities: 'A program has no capability, and no way to new privileges',
  'system-calls': 'The kernel refuses calls for keys, mounts, tracing, bpf and io_uring',
  'engine-socket': 'No room has a way to the container engine',
  processes: 'A program sees no process but those of its room',
  'machine-files': "/proc and /sys show and change nothing of the machine's",
  memory: 'A program that takes too much memory is stopped',
  cpu: 'A program has no more of the processors than it may',
  'process-limit': 'The number of processes is limited',
  'file-limits': 'Open files are limited, and a crash leaves no memory on disk',
  scratch: 'The private /tmp and /dev/shm are limited',
  output: 'A program that writes too much is stopped',
  'output-file-system': 'The kernel bounds what a program can write, in bytes and files',
  time: 'A program that takes too long is stopped',
  environment: 'A program sees no variable of the worker',
  removed: 'Nothing of a room is left when it ends',
} as const

/** The name of a promise about rooms. */
export type RoomPromise = keyof typeof ROOM_PROMISES
