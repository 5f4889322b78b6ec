import { spawn } from 'node:child_process'
import { dirname } from 'node:path'

/** What a confined program may use. More is a file made to use more. */
const LIMITS = {
  heapMegabytes: 256,
  dataKilobytes: 1_000_000,
  cpuSeconds: 20,
  seconds: 60,
  answerBytes: 64 * 1024 * 1024,
}

/**
 * What cuts a process off from every network, and from the other processes of the machine: namespaces of its own, in which
 * it holds no right, over a file system that is read-only. It dies with the desk.
 */
const CUT_OFF = [
  'bwrap',
  ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
  ...['--ro-bind', '/', '/', '--chdir', '/'],
  '--',
]

/** A program of ours that is given hostile bytes. */
export type ConfinedProgram = {
  /** Plain JavaScript that reads its standard input and writes its answer. */
  readonly program: string
  /** What it may read beside itself, in the form of Node's permission model. */
  readonly readable: readonly string[]
  readonly parameters: readonly string[]
  readonly input: Buffer
  /** What cuts it off from the network; only a test has another. */
  readonly cutOff?: readonly string[]
}

/**
 * Runs a program over hostile bytes in a process of its own, which may read no file but its own code, write none, start
 * nothing, reach no network, and has limits on memory, processor and time. Resolves to what it wrote; to undefined when it
 * fails in whatever way, also where the machine cannot cut a process off (it needs bubblewrap): then nothing runs.
 */
export function runConfined(given: ConfinedProgram): Promise<Buffer | undefined> {
  const limits = `ulimit -d ${LIMITS.dataKilobytes} && ulimit -t ${LIMITS.cpuSeconds} && ulimit -f 0 && ulimit -c 0`
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      `${limits} && exec "$@"`,
      'sh',
      ...(given.cutOff ?? CUT_OFF),
      process.execPath,
      '--experimental-permission',
      '--no-warnings',
      ...[given.program, ...given.readable].map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${LIMITS.heapMegabytes}`,
      given.program,
      ...given.parameters,
    ],
    {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      cwd: dirname(given.program),
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMITS.seconds * 1000)
    child.stdout.on('data', (part: Buffer) => {
      size += part.length
      if (size > LIMITS.answerBytes) child.kill('SIGKILL')
      else parts.push(part)
    })
    child.on('error', () => resolve(undefined))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(code === 0 && size > 0 ? Buffer.concat(parts) : undefined)
    })
    // It may be gone before it has read everything.
    child.stdin.on('error', () => undefined)
    child.stdin.end(given.input)
  })
}
