// The confined decoder: reads a picture on standard input and writes the same pixels, and nothing else of it, as a new
// PNG on standard output. Plain JavaScript, since it is started by itself, with leave to read nothing but itself and its
// decoders. `decode-confined.ts` starts it and says what it may not do.
'use strict'

const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk))
process.stdin.on('end', () => {
  const bytes = Buffer.concat(chunks)
  try {
    process.stdout.write(DECODERS[process.argv[2]](bytes))
  } catch {
    // What a decoder says may be words of the file.
    process.exitCode = 1
  }
})

const DECODERS = {
  png(bytes) {
    const { PNG } = require('pngjs')
    return asPng(PNG.sync.read(bytes, { checkCRC: false, skipRescale: false }))
  },
  jpeg(bytes) {
    const { decode } = require('jpeg-js')
    return asPng(decode(bytes, { maxResolutionInMP: 40, maxMemoryUsageInMB: 300, useTArray: true }))
  },
}

function asPng({ width, height, data }) {
  const { PNG } = require('pngjs')
  const picture = new PNG({ width, height })
  picture.data = Buffer.from(data)
  return PNG.sync.write(picture, { colorType: 6, bitDepth: 8, inputHasAlpha: true })
}
