import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { RigDeskConfig } from './desk-rig.ts'
import type { RunningDesk } from './start-desk.ts'

/** What a test asks of a desk in a process of its own. */
export type ParentMessage =
  | { kind: 'arm'; killAt: number }
  | { kind: 'fill-disk' }
  | { kind: 'free-disk' }
  | { kind: 'break-disk' }
export type ChildMessage =
  | { kind: 'up'; url: string }
  | { kind: 'failed'; words: string }
  | { kind: 'done'; step: number }
  | { kind: 'log'; line: string }

/**
 * A small disk for a desk. `memory` ends with the desk and needs nobody's leave. `image` is a file with ext4 in it, which
 * stays; only root can mount one.
 */
export type TestDisk = { kind: 'memory'; bytes: number } | { kind: 'image'; imageFile: string }

/** Desks of a test that run in processes of their own, one after the other, over the same folder. */
export class ChildDesks {
  readonly log: string[] = []
  readonly #disk: TestDisk | undefined
  #child: ChildProcess | undefined
  /** The next desk that is started dies right before or after it removes a file of its vault. */
  killAtRemoval: 'before' | 'after' | undefined

  /** With `disk`, the data folder is on that disk while a desk runs. */
  constructor({ disk }: { disk?: TestDisk } = {}) {
    this.#disk = disk
  }

  /** To be given to `DeskRig.start`. */
  readonly start = async (config: RigDeskConfig): Promise<RunningDesk> => {
    await mkdir(config.dataFolder, { recursive: true })
    const entry = fileURLToPath(new URL('./child-desk-entry-rig.ts', import.meta.url))
    const node = [
      process.execPath,
      '--import',
      'tsx',
      entry,
      JSON.stringify(config),
      this.killAtRemoval ?? '',
    ]
    const [program = '', ...parameters] =
      this.#disk === undefined ? node : onDisk(this.#disk, config.dataFolder, node)
    const child = spawn(program, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    child.on('message', (message: ChildMessage) => {
      if (message.kind === 'log') this.log.push(message.line)
    })
    const url = await new Promise<string>((resolve, reject) => {
      child.on('message', (message: ChildMessage) => {
        if (message.kind === 'up') resolve(message.url)
        if (message.kind === 'failed') reject(new Error(message.words))
      })
      child.once('exit', (code, signal) => reject(new Error(`The desk ended with ${code ?? signal}.`)))
    })
    return { url, close: () => this.kill() }
  }

  /** Asks something of the desk that runs; answers how many steps it has taken since it was last armed. */
  async ask(message: ParentMessage): Promise<number> {
    const child = this.#running()
    const answer = new Promise<number>((resolve) => {
      const listen = (given: ChildMessage) => {
        if (given.kind !== 'done') return
        child.off('message', listen)
        resolve(given.step)
      }
      child.on('message', listen)
    })
    child.send(message)
    return answer
  }

  /** Whether the desk has ended, by its own hand at the step it was armed for or otherwise. */
  get hasEnded(): boolean {
    const child = this.#running()
    return child.exitCode !== null || child.signalCode !== null
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || this.hasEnded) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error('No desk was started.')
    return this.#child
  }
}

/** Runs a command in a name space of its own, in which the folder is a disk that is really full when it is full. */
function onDisk(disk: TestDisk, folder: string, command: readonly string[]): string[] {
  const [flags, options, source] =
    disk.kind === 'memory'
      ? ['-rm', `-t tmpfs -o size=${disk.bytes}`, 'scoregate-test']
      : ['-m', '-o loop', disk.imageFile]
  // What is in the folder already, such as the site's key, goes onto the disk.
  const script = `mkdir -p "$2.disk" && mount ${options} "$1" "$2.disk" && cp -an "$2/." "$2.disk/" && sync -f "$2.disk" &&
    mount --bind "$2.disk" "$2" && shift 2 && exec "$@"`
  return ['unshare', flags, 'sh', '-c', script, 'sh', source, folder, ...command]
}
