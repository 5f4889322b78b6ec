import type { ConfinedUser } from './confined-user.ts'
import type { RoomImage } from './room-image.ts'
import type { Mount, RunSpec } from './sandbox.ts'

/** Numbers of the file descriptors by which worker and bubblewrap talk; those of the room's files follow. */
export const STATUS_FD = 3
export const GO_AHEAD_FD = 4
const FIRST_FILE_FD = 5

/** A program to start and what to write into its extra file descriptors, from number 5 on. */
export type BubblewrapCommand = {
  readonly program: string
  readonly arguments: readonly string[]
  readonly files: readonly string[]
}

/**
 * Run by root in a mount namespace of its own: binds each folder below a small private file system, then becomes the
 * confined user for good. So that user reaches the folders whose parents are closed to it, and nothing beside them.
 * Arguments: where, then pairs of mount options and folder, then `--` and the command.
 */
const STAGE_SCRIPT = `set -eu
stage=$1
shift
mount -t tmpfs -o mode=0755,size=64k,nosuid,nodev,noexec tmpfs "$stage"
number=0
while [ "$1" != -- ]; do
  mkdir "$stage/$number"
  mount --bind "$2" "$stage/$number"
  mount -o "remount,bind,nosuid,nodev,$1" "$stage/$number"
  number=$((number + 1))
  shift 2
done
shift
exec "$@"`

/** The command of a worker that is not root: bubblewrap alone, as that user. */
export function unprivilegedCommand(spec: RunSpec, image: RoomImage): BubblewrapCommand {
  return {
    program: 'bwrap',
    arguments: bubblewrapArguments(spec, image),
    files: image.files.map((file) => file.text),
  }
}

/** The command of a worker that is root; `stage` is an empty folder that every user may reach. */
export function rootCommand(
  spec: RunSpec,
  image: RoomImage,
  room: { readonly user: ConfinedUser; readonly stage: string },
): BubblewrapCommand {
  const folders: { source: string; options: string }[] = []
  const staged = (source: string, options: string): string => {
    folders.push({ source, options })
    return `${room.stage}/${folders.length - 1}`
  }
  const stagedImage = {
    ...image,
    // What is open to every user needs no stage; single files could not be bound on a folder.
    binds: image.binds.map((bind) => (bind.open ? bind : { ...bind, source: staged(bind.source, 'ro') })),
  }
  const stagedSpec = {
    ...spec,
    mounts: spec.mounts.map((mount) => ({
      ...mount,
      source: staged(mount.source, mount.mode === 'read-only' ? 'ro' : 'rw'),
    })),
  }
  const { uid, gid } = room.user
  const become = ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups', '--no-new-privs', '--inh-caps', '-all']
  return {
    program: 'unshare',
    arguments: [
      ...['--mount', '--propagation', 'private', '--', '/bin/sh', '-c', STAGE_SCRIPT, 'sh', room.stage],
      ...folders.flatMap(({ options, source }) => [options, source]),
      ...['--', 'setpriv', ...become, '--', 'bwrap', ...bubblewrapArguments(stagedSpec, stagedImage)],
    ],
    files: image.files.map((file) => file.text),
  }
}

function bubblewrapArguments(spec: RunSpec, image: RoomImage): string[] {
  const scratch = (at: string): string[] => [
    ...['--perms', '1777', '--size', String(spec.limits.scratchBytes)],
    ...['--tmpfs', at],
  ]
  return [
    // Namespaces of its own for everything, and no further ones from within: they are where kernels break.
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--cap-drop', 'ALL', '--hostname', 'room'],
    // No terminal to type into, and no life after the worker's.
    ...['--new-session', '--die-with-parent'],
    ...['--json-status-fd', String(STATUS_FD), '--block-fd', String(GO_AHEAD_FD)],
    ...image.binds.flatMap((bind) => ['--ro-bind', bind.source, bind.target]),
    ...image.links.flatMap((link) => ['--symlink', link.target, link.at]),
    ...image.files.flatMap((file, index) => ['--perms', '0444', '--ro-bind-data', `${FIRST_FILE_FD + index}`, file.at]),
    ...['--proc', '/proc', '--dev', '/dev', ...scratch('/tmp'), ...scratch('/dev/shm')],
    ...spec.mounts.flatMap((mount) => [bindOption(mount), mount.source, mount.target]),
    ...['--dir', spec.workingDirectory, '--remount-ro', '/dev', '--remount-ro', '/', '--chdir', spec.workingDirectory],
    ...['--clearenv', '--setenv', 'PATH', image.path],
    ...Object.entries(spec.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    '--',
    ...spec.command,
  ]
}

function bindOption(mount: Mount): string {
  return mount.mode === 'read-only' ? '--ro-bind' : '--bind'
}
