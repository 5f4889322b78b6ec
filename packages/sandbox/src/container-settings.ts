import type { EngineImage } from './engine-client.ts'
import type { ConfinedUser } from './room-users.ts'
import { largestFileBytes } from './run-watch.ts'
import type { RunSpec } from './sandbox.ts'

/** The label by which a worker finds rooms that it left behind. */
export function ownerLabel(ownerMark: string): { readonly name: string; readonly value: string } {
  return { name: 'org.scoregate.owner', value: ownerMark }
}

/** Where NVIDIA's runtime is the engine's own, an image could ask it for devices by a variable; ours wins over the image's. */
const NO_DEVICES = { NVIDIA_VISIBLE_DEVICES: 'void' } as const

/**
 * What we ask of the engine for one room (the body of "ContainerCreate" in the Docker Engine API): rule 4 of the design,
 * line by line. The image's ENTRYPOINT stays in front of the command, as Codabench has it, and so do the image's
 * own environment variables, which say where its programs are.
 */
export function containerSettings(
  spec: RunSpec,
  room: {
    readonly image: EngineImage
    readonly user: ConfinedUser
    readonly ownerMark: string
    readonly init: boolean
  },
): object {
  const { limits, gpu: devices = [] } = spec
  const label = ownerLabel(room.ownerMark)
  const scratch = `rw,exec,nosuid,nodev,mode=1777,size=${limits.scratchBytes}`
  return {
    // By id: the name could be given to another image between our look and this call.
    Image: room.image.id,
    Cmd: spec.command,
    WorkingDir: spec.workingDirectory,
    Env: Object.entries({ ...NO_DEVICES, ...spec.environment }).map(([name, value]) => `${name}=${value}`),
    User: `${room.user.uid}:${room.user.gid}`,
    Hostname: 'room',
    Domainname: '',
    Labels: { [label.name]: label.value, 'org.scoregate.label': spec.label },
    NetworkDisabled: true,
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      NetworkMode: 'none',
      // The engine copies the host's resolver settings into a room even when it has no network; they name the site.
      Dns: ['127.0.0.1'],
      DnsSearch: ['.'],
      IpcMode: 'private',
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Init: room.init,
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      // Output of private data must never land in the engine's own log files.
      LogConfig: { Type: 'none' },
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(limits.cpus * 1e9),
      PidsLimit: limits.processes,
      Ulimits: [
        { Name: 'nofile', Soft: limits.openFiles, Hard: limits.openFiles },
        { Name: 'fsize', Soft: largestFileBytes(spec), Hard: largestFileBytes(spec) },
        { Name: 'core', Soft: 0, Hard: 0 },
        ...(room.user.uid === process.getuid?.() ? [] : [processLimit(limits.processes)]),
      ],
      ShmSize: limits.scratchBytes,
      ...(devices.length === 0 ? {} : { DeviceRequests: [{ Driver: 'cdi', DeviceIDs: devices }] }),
      Tmpfs: Object.fromEntries(
        ['/tmp', ...uncoveredVolumes(spec, room.image)].map((path) => [path, scratch]),
      ),
      // `Mounts` and not `Binds`: the engine then refuses a source that does not exist instead of making it, as root.
      Mounts: spec.mounts.map((mount) => ({
        Type: 'bind',
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.mode === 'read-only',
        // What is mounted below a source would come with it, and older engines leave that writable.
        BindOptions: { Propagation: 'rprivate', NonRecursive: true, CreateMountpoint: false },
      })),
    },
  }
}

/**
 * Counts what the user has on the whole machine: for a room's own user the same as the engine's limit, and a second guard. A
 * worker that is not root shares its user with its rooms, and its own processes would count.
 */
function processLimit(processes: number): object {
  return { Name: 'nproc', Soft: processes, Hard: processes }
}

/**
 * For a volume that the image declares the engine would make a writable folder on the host, which no limit of ours
 * counts: such paths get a limited scratch space in memory instead.
 */
function uncoveredVolumes(spec: RunSpec, image: EngineImage): string[] {
  return image.volumes.filter((path) => !spec.mounts.some((mount) => mount.target === path))
}
