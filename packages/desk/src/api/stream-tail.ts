import { type Readable, Transform } from 'node:stream'

/** The rest of a stream after its first `offset` bytes; an error of the stream is an error of its rest. */
export function tail(stream: Readable, offset: number): Readable {
  let left = offset
  return stream.compose(
    new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        const skipped = Math.min(left, chunk.byteLength)
        left -= skipped
        done(null, chunk.subarray(skipped))
      },
    }),
  )
}
