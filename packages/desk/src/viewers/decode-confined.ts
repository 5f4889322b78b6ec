import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Which decoder is asked for. */
export type Decoder = 'png' | 'jpeg'

const PROGRAM = fileURLToPath(new URL('./decode-program.cjs', import.meta.url))

/** What the decoder may use. More is a file made to use more. */
const LIMITS = {
  heapMegabytes: 256,
  dataKilobytes: 1_000_000,
  cpuSeconds: 20,
  seconds: 60,
  answerBytes: 64 * 1024 * 1024,
}

/** So many decode at once; who comes later waits. */
const AT_ONCE = 2
let running = 0
const waiting: (() => void)[] = []

/**
 * Decodes hostile bytes in a process of its own, which may read no file but its own code, write none, start nothing, and
 * has limits on memory, processor and time. Resolves to undefined when it fails in whatever way: the bytes then are no
 * picture for anybody. (Its network is not cut off by this; it is given nothing to send but the file itself, and its
 * decoders know of no network.)
 */
export async function decodeConfined(decoder: Decoder, bytes: Buffer): Promise<Buffer | undefined> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await run(decoder, bytes)
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

function run(decoder: Decoder, bytes: Buffer): Promise<Buffer | undefined> {
  const limits = `ulimit -d ${LIMITS.dataKilobytes} && ulimit -t ${LIMITS.cpuSeconds} && ulimit -f 0 && ulimit -c 0`
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      `${limits} && exec "$@"`,
      'sh',
      process.execPath,
      '--experimental-permission',
      '--no-warnings',
      ...readable().map((folder) => `--allow-fs-read=${folder}`),
      `--max-old-space-size=${LIMITS.heapMegabytes}`,
      PROGRAM,
      decoder,
    ],
    { env: {}, cwd: dirname(PROGRAM), stdio: ['pipe', 'pipe', 'ignore'] },
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
    child.stdin.end(bytes)
  })
}

/** The program and its decoders: all that it may read. */
function readable(): string[] {
  const require = createRequire(import.meta.url)
  const packages = ['pngjs', 'jpeg-js'].map((name) => `${dirname(require.resolve(`${name}/package.json`))}/*`)
  return [PROGRAM, ...packages]
}
