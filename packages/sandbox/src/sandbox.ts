import type { Digest } from '@scoregate/protocol/digest'

/** A folder of the host that a confined program sees. */
export type Mount = {
  /** Absolute path on the host. */
  readonly source: string
  /** Absolute path inside the room. */
  readonly target: string
  /** `output`: writable, and counted against `limits.outputBytes` and `limits.outputFiles`. */
  readonly mode: 'read-only' | 'output'
}

/** What one confined program may use; every limit is enforced by stopping the program, not by trusting it. */
export type Limits = {
  readonly timeSeconds: number
  readonly memoryBytes: number
  /** In cores; fractions allowed. */
  readonly cpus: number
  readonly processes: number
  readonly openFiles: number
  /** Real bytes that the program may leave in all its output mounts together. */
  readonly outputBytes: number
  readonly outputFiles: number
  /** Bytes kept of each of stdout and stderr; what comes after is dropped and counted as `truncated`. */
  readonly logBytes: number
  /** Size of the private /tmp and of /dev/shm, each. */
  readonly scratchBytes: number
}

/** One program to run in a room of its own. */
export type RunSpec = {
  /** Names the room for the operator's eyes (container name prefix); not trusted, not unique. */
  readonly label: string
  /**
   * An image that the site has: an engine's image name or id, or `name@sha256:…`, which is that image or none; for bubblewrap
   * `host` or the path of a root file system.
   */
  readonly image: string
  /** Devices that the program is given, as the Container Device Interface names them; none if absent. */
  readonly gpu?: readonly string[]
  /** Program and arguments; never passed through a shell. */
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
  readonly mounts: readonly Mount[]
  readonly limits: Limits
  /** Host files that receive the streams; made by the sandbox, readable by the worker alone. */
  readonly stdoutFile: string
  readonly stderrFile: string
}

/** What came of fetching an image; `why` is for the site only. */
export type FetchedImage =
  | { readonly kind: 'fetched' }
  | { readonly kind: 'not-fetched'; readonly why: string }

/** What is known of every run that had begun. */
export type EndedRun = {
  readonly elapsedMs: number
  readonly logsTruncated: boolean
  /**
   * What the program ran in: the SHA-256 by which the engine knows the image, which names all its content. A folder or the
   * host itself, which bubblewrap uses, has none.
   */
  readonly imageDigest: Digest | undefined
}

/** How a run ended. All resources of the room are gone when the caller gets this. */
export type RunOutcome =
  | (EndedRun & { readonly kind: 'exited'; readonly exitCode: number })
  | (EndedRun & { readonly kind: 'time-limit' | 'memory-limit' | 'output-limit' | 'cancelled' })
  | { readonly kind: 'image-missing' }
  /** The engine could not start or could not be trusted to have removed the room; `detail` is for the site only. */
  | { readonly kind: 'sandbox-failed'; readonly detail: string }

/**
 * A room that is complete but for its program, which has not begun. Disposing removes a room that was not started, and
 * otherwise waits until the run has ended.
 */
export type PreparedRoom = AsyncDisposable & {
  /** Runs the program to its end, as {@link Sandbox.run} says; to be called once. Tells as well what could not be prepared. */
  start(signal: AbortSignal): Promise<RunOutcome>
}

/** Folders that the programs of one step write to, limited together. */
export type OutputSpaceRequest<Name extends string> = {
  /** An existing folder of the worker, in which the space is made. */
  readonly within: string
  /** The folders to be made in it. */
  readonly names: readonly Name[]
  /** What all of them together must be able to hold. */
  readonly bytes: number
  readonly files: number
}

/**
 * An open output space. It outlives the rooms that write to it, so that what they wrote can be sealed; disposing removes it
 * with everything in it.
 */
export type OutputSpace<Name extends string = string> = AsyncDisposable & {
  /** Absolute paths, to be mounted as `output`. */
  readonly folders: Readonly<Record<Name, string>>
  /** `watch`: no file system of its own could be had; a program is stopped within a second of writing too much. */
  readonly boundedBy: 'file-system' | 'watch'
}

/** Confined execution. Two implementations: a container engine's HTTP API, and bubblewrap where there is no engine. */
export interface Sandbox {
  readonly name: 'engine' | 'bubblewrap'
  /**
   * Runs one program to its end, enforcing the limits. Resolves only when every process of the room is gone and, for a
   * container, when the engine no longer knows it. Never rejects for what the program does.
   */
  run(spec: RunSpec, signal: AbortSignal): Promise<RunOutcome>
  /**
   * The first half of {@link Sandbox.run}, for use while there is something else to wait for: all mounts must be there, and
   * what is in them may still come. Never rejects: what went wrong is told by `start`.
   */
  prepare(spec: RunSpec): Promise<PreparedRoom>
  /** Whether this image can be run right now without fetching anything. */
  hasImage(image: string): Promise<boolean>
  /**
   * Fetches an image that is pinned as `name@sha256:…` from its registry; whether it may be is for the caller to know.
   * `onProgress` hears the registry's words, a few times a second at most. Rejects only when `signal` is aborted.
   */
  fetchImage(
    image: string,
    given: { readonly signal: AbortSignal; readonly onProgress: (words: string) => void },
  ): Promise<FetchedImage>
  /**
   * Removes rooms that an earlier worker with the same owner mark left behind when it was killed, and unmounts its output
   * spaces; returns how many rooms there were.
   */
  removeLeftovers(): Promise<number>
  /**
   * Makes folders that confined programs may write to, and nobody else on the host but root. All output mounts of one run
   * must be folders of one space; programs that share a space run as the same user, and no others do.
   */
  openOutputSpace<Name extends string>(request: OutputSpaceRequest<Name>): Promise<OutputSpace<Name>>
}
