// The confined decoder: reads a picture on standard input and writes the same pixels, and nothing else of it, as a new
// PNG on standard output. Plain JavaScript, since it is started by itself, with leave to read nothing but itself and its
// decoders. `decode-confined.ts` starts it and says what it may not do.
'use strict'

const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk))
process.stdin.on('end', async () => {
  try {
    process.stdout.write(asPng(await DECODERS[process.argv[2]](Buffer.concat(chunks))))
  } catch {
    // What a decoder says may be words of the file.
    process.exitCode = 1
  }
})

/** More than this is no picture to look at. */
const MAX_PIXELS = 25_000_000

const DECODERS = {
  png(bytes) {
    const { PNG } = require('pngjs')
    return PNG.sync.read(bytes, { checkCRC: false, skipRescale: false })
  },
  jpeg(bytes) {
    const { decode } = require('jpeg-js')
    return decode(bytes, { maxResolutionInMP: 40, maxMemoryUsageInMB: 300, useTArray: true })
  },
  /** Every frame as it would be seen, one below the other. */
  gif(bytes) {
    const { GifReader } = require('omggif')
    const gif = new GifReader(bytes)
    const frames = gif.numFrames()
    const size = gif.width * gif.height
    if (frames === 0 || size === 0 || size * frames > MAX_PIXELS) throw new Error('too large')
    const data = Buffer.alloc(size * frames * 4)
    const seen = new Uint8Array(size * 4)
    for (let frame = 0; frame < frames; frame += 1) {
      const { x, y, width, height, disposal } = gif.frameInfo(frame)
      if (x + width > gif.width || y + height > gif.height) throw new Error('a frame outside')
      const before = disposal === 3 ? seen.slice() : undefined
      gif.decodeAndBlitFrameRGBA(frame, seen)
      data.set(seen, frame * size * 4)
      if (before !== undefined) seen.set(before)
      if (disposal === 2)
        for (let row = y; row < y + height; row += 1)
          seen.fill(0, (row * gif.width + x) * 4, (row * gif.width + x + width) * 4)
    }
    return { width: gif.width, height: gif.height * frames, data }
  },
  async webp(bytes) {
    const { readFileSync } = require('node:fs')
    const program = require.resolve('@jsquash/webp/codec/dec/webp_dec.js')
    const code = await WebAssembly.compile(readFileSync(program.replace(/js$/, 'wasm')))
    const { default: start } = await import(program)
    const codec = await start({
      noInitialRun: true,
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(code, imports)
        done(instance)
        return instance.exports
      },
    })
    const { width, height, data } = codec.decode(bytes)
    return { width, height, data }
  },
}

function asPng({ width, height, data }) {
  const { PNG } = require('pngjs')
  const picture = new PNG({ width, height })
  picture.data = Buffer.from(data)
  return PNG.sync.write(picture, { colorType: 6, bitDepth: 8, inputHasAlpha: true })
}
