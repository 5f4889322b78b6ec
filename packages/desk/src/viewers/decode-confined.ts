import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PictureFormat } from './picture-parts.ts'
import { runConfined } from './run-confined.ts'

const PROGRAM = fileURLToPath(new URL('./decode-program.cjs', import.meta.url))
const require = createRequire(import.meta.url)

/** The folders of the decoders, by a file of each: all that the program may read beside itself. */
const DECODERS = [
  'pngjs/package.json',
  'jpeg-js/package.json',
  'omggif/package.json',
  '@jsquash/webp/package.json',
].map((file) => `${dirname(require.resolve(file))}/*`)

/** So many decode at once; who comes later waits. */
const AT_ONCE = 2
let running = 0
const waiting: (() => void)[] = []

/**
 * Decodes hostile bytes in a process of its own (see `runConfined`). Resolves to undefined when it fails in whatever way: the
 * bytes then are no picture for anybody.
 */
export async function decodeConfined(format: PictureFormat, bytes: Buffer): Promise<Buffer | undefined> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await runConfined({ program: PROGRAM, readable: DECODERS, parameters: [format], input: bytes })
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}
