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
  /** An image that the site has: an engine's image name or id; for bubblewrap `host` or the path of a root file system. */
  readonly image: string
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

/** How a run ended. All resources of the room are gone when the caller gets this. */
export type RunOutcome =
  | {
      readonly kind: 'exited'
      readonly exitCode: number
      readonly elapsedMs: number
      readonly logsTruncated: boolean
    }
  | { readonly kind: 'time-limit'; readonly elapsedMs: number; readonly logsTruncated: boolean }
  | { readonly kind: 'memory-limit'; readonly elapsedMs: number; readonly logsTruncated: boolean }
  | { readonly kind: 'output-limit'; readonly elapsedMs: number; readonly logsTruncated: boolean }
  | { readonly kind: 'cancelled'; readonly elapsedMs: number; readonly logsTruncated: boolean }
  | { readonly kind: 'image-missing' }
  /** The engine could not start or could not be trusted to have removed the room; `detail` is for the site only. */
  | { readonly kind: 'sandbox-failed'; readonly detail: string }

/** Confined execution. Two implementations: a container engine's HTTP API, and bubblewrap where there is no engine. */
export interface Sandbox {
  readonly name: 'engine' | 'bubblewrap'
  /**
   * Runs one program to its end, enforcing the limits. Resolves only when every process of the room is gone and, for a
   * container, when the engine no longer knows it. Never rejects for what the program does.
   */
  run(spec: RunSpec, signal: AbortSignal): Promise<RunOutcome>
  /** Whether this image can be run right now without fetching anything. */
  hasImage(image: string): Promise<boolean>
  /** Removes rooms that an earlier worker with the same owner mark left behind when it was killed; returns how many. */
  removeLeftovers(): Promise<number>
  /**
   * Makes `folder` (owned by the worker) writable for confined programs and for nobody else on the host, as this
   * sandbox needs it (the owner of confined processes differs between engines).
   */
  prepareOutputFolder(folder: string): Promise<void>
}
