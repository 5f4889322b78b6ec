import { existsSync } from 'node:fs'
import { SPACE_PREFIX } from './output-space.ts'
import type { RoomImage } from './room-image.ts'
import type { ConfinedUser } from './room-users.ts'
import { largestFileBytes } from './run-watch.ts'
import type { RunSpec } from './sandbox.ts'

/** File descriptors of the starting process, beside the standard three. */
export const GATE_FD = 3
export const STATUS_FD = 4
export const ROOM_GATE_FD = 5
export const FILTER_FD = 6
/** Of {@link roomFiles}, in their order, from this number on. */
export const FIRST_FILE_FD = 7

/** Where the mounts are staged, in a mount namespace of the room's own; nothing of it is visible outside. */
const STAGE = '/mnt'

/**
 * Waits until it may go on (the worker first puts it into the room's control group), then brings the folders of the run
 * to where the confined user reaches them: the folders above them belong to root alone. Output spaces, of this run and of
 * others, disappear from the room's view, or they could not be given back while it lasts; one that is given back at this
 * very moment is gone already. It ends with the worker.
 */
const STAGING_SCRIPT = `set -eu
read -r go <&3
exec 3<&-
mount -t tmpfs -o mode=0755,size=1m,nosuid,nodev scoregate ${STAGE}
count=$1
shift
at=0
while [ "$at" -lt "$count" ]; do
  if [ -d "$1" ]; then mkdir "${STAGE}/$at"; else : > "${STAGE}/$at"; fi
  mount --bind -- "$1" "${STAGE}/$at"
  shift
  at=$((at + 1))
done
while read -r device point rest; do
  case $point in */${SPACE_PREFIX}*) umount --lazy -- "$(printf '%b' "$point")" 2>/dev/null || : ;; esac
done < /proc/self/mounts
exec "$@" </dev/null`

/** A worker that is not root confines programs as itself, so its folders are reachable as they are. */
const PLAIN_SCRIPT = `set -eu
read -r go <&3
exec 3<&-
exec "$@" </dev/null`

/** The command, from the host's side, that runs a program in a room. */
export function roomCommand(
  spec: RunSpec,
  given: { image: RoomImage; user: ConfinedUser; asRoot: boolean },
): string[] {
  const { image, user, asRoot } = given
  const sources = [...image.binds.map(({ source }) => source), ...spec.mounts.map(({ source }) => source)]
  const staged = (index: number) => (asRoot ? `${STAGE}/${index}` : (sources[index] ?? ''))
  const confined = [...limitsOfFiles(spec), ...bubblewrap(spec, image, staged)]
  if (!asRoot) return ['sh', '-c', PLAIN_SCRIPT, 'sh', ...confined]
  return [
    ...['unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-c', STAGING_SCRIPT, 'sh', String(sources.length), ...sources],
    ...['setpriv', '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'],
    ...['--inh-caps=-all', '--bounding-set=-all', '--no-new-privs', '--'],
    ...confined,
  ]
}

/**
 * Files of /proc that tell of the whole machine, where it has them; those of Docker's default (`MaskedPaths`). bubblewrap
 * itself makes read-only what could change the machine, and a room has no /sys.
 */
const MACHINE_FILES = [
  'kcore',
  'keys',
  'latency_stats',
  'timer_list',
  'timer_stats',
  'sched_debug',
  'interrupts',
]

/** Which of {@link MACHINE_FILES} this machine has; a kernel does not change. */
const maskedPlaces = MACHINE_FILES.map((name) => `/proc/${name}`).filter((path) => existsSync(path))

/** What the small files made for a room say, each to be written to a file descriptor of its own. */
export function roomFiles(image: RoomImage, user: ConfinedUser): string[] {
  const { uid, gid } = user
  return image.namesUser ? [`room:x:${uid}:${gid}:room:/tmp:/bin/sh\n`, `room:x:${gid}:\n`] : []
}

function fileNames(image: RoomImage): string[] {
  return image.namesUser ? ['/etc/passwd', '/etc/group'] : []
}

/** Memory, processes and processor time are limited from outside, when the room is there. */
function limitsOfFiles(spec: RunSpec): string[] {
  const { limits } = spec
  return ['prlimit', '--core=0', `--nofile=${limits.openFiles}`, `--fsize=${largestFileBytes(spec)}`, '--']
}

function bubblewrap(spec: RunSpec, image: RoomImage, staged: (index: number) => string): string[] {
  const scratch = ['--size', String(spec.limits.scratchBytes)]
  const environment = { PATH: image.path, ...spec.environment }
  return [
    'bwrap',
    ...[
      '--unshare-all',
      '--unshare-user',
      '--disable-userns',
      '--die-with-parent',
      '--new-session',
      '--hostname',
      'room',
    ],
    ...['--cap-drop', 'ALL', '--json-status-fd', String(STATUS_FD), '--clearenv'],
    // The room is complete and its program waits, so that the worker can set limits on it from outside.
    ...['--block-fd', String(ROOM_GATE_FD)],
    ...['--seccomp', String(FILTER_FD)],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...image.binds.flatMap(({ target }, index) => ['--ro-bind', staged(index), target]),
    ...image.links.flatMap(({ target, at }) => ['--symlink', target, at]),
    ...fileNames(image).flatMap((at, index) => [
      ...['--perms', '0444', '--ro-bind-data', String(FIRST_FILE_FD + index), at],
    ]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...maskedPlaces.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...[...scratch, '--tmpfs', '/tmp', ...scratch, '--tmpfs', '/dev/shm'],
    ...spec.mounts.flatMap(({ target, mode }, index) => [
      mode === 'output' ? '--bind' : '--ro-bind',
      staged(image.binds.length + index),
      target,
    ]),
    // An engine makes the working folder where there is none, and so do we.
    ...['--dir', spec.workingDirectory],
    // The root itself is a small writable file system until now.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', spec.workingDirectory, '--'],
    ...spec.command,
  ]
}
