import type { ConfinedUser } from './confined-user.ts'
import type { RoomImage } from './room-image.ts'
import { largestFileBytes } from './run-watch.ts'
import type { RunSpec } from './sandbox.ts'

/** File descriptors of the starting process, beside the standard three. */
export const GATE_FD = 3
export const STATUS_FD = 4

/** Where the mounts are staged, in a mount namespace of the room's own; nothing of it is visible outside. */
const STAGE = '/mnt'

/**
 * Waits until it may go on (the worker first puts it into the room's control group), then brings the folders of the run
 * to where the confined user reaches them: the folders above them belong to root alone. It ends with the worker.
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
exec "$@" </dev/null`

/** A worker that is not root confines programs as itself, so its folders are reachable as they are. */
const PLAIN_SCRIPT = `set -eu
read -r go <&3
exec 3<&-
exec "$@" </dev/null`

/** Memory and number of processes are limited by resource limits where the worker may not make control groups. */
export type LimitedBy = 'control-group' | 'resource-limits'

/** The command, from the host's side, that runs a program in a room. */
export function roomCommand(
  spec: RunSpec,
  given: { image: RoomImage; user: ConfinedUser; asRoot: boolean; limitedBy: LimitedBy },
): string[] {
  const { image, user, asRoot } = given
  const sources = [...image.binds.map(({ source }) => source), ...spec.mounts.map(({ source }) => source)]
  const staged = (index: number) => (asRoot ? `${STAGE}/${index}` : (sources[index] ?? ''))
  const confined = [...resourceLimits(spec, given.limitedBy), ...bubblewrap(spec, image, staged)]
  if (!asRoot) return ['sh', '-c', PLAIN_SCRIPT, 'sh', ...confined]
  return [
    ...['unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-c', STAGING_SCRIPT, 'sh', String(sources.length), ...sources],
    ...['setpriv', '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'],
    ...['--inh-caps=-all', '--bounding-set=-all', '--no-new-privs', '--'],
    ...confined,
  ]
}

function resourceLimits(spec: RunSpec, limitedBy: LimitedBy): string[] {
  const { limits } = spec
  return [
    'prlimit',
    '--core=0',
    `--nofile=${limits.openFiles}`,
    `--fsize=${largestFileBytes(spec)}`,
    ...(limitedBy === 'control-group' ? [] : [`--as=${limits.memoryBytes}`, `--nproc=${limits.processes}`]),
    '--',
  ]
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
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...image.binds.flatMap(({ target }, index) => ['--ro-bind', staged(index), target]),
    ...image.links.flatMap(({ target, at }) => ['--symlink', target, at]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...[...scratch, '--tmpfs', '/tmp', ...scratch, '--tmpfs', '/dev/shm'],
    ...spec.mounts.flatMap(({ target, mode }, index) => [
      mode === 'output' ? '--bind' : '--ro-bind',
      staged(image.binds.length + index),
      target,
    ]),
    // The root itself is a small writable file system until now.
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--chdir', spec.workingDirectory, '--'],
    ...spec.command,
  ]
}
