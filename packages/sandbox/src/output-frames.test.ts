import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BrokenFrameError, OutputFrameReader } from './output-frames.ts'

const frames = fc.array(
  fc.record({
    stream: fc.constantFrom<'stdout' | 'stderr'>('stdout', 'stderr'),
    payload: fc.uint8Array({ maxLength: 60 }),
  }),
  { maxLength: 20 },
)

describe('output frames', () => {
  it('give back each stream whole and in order, however the wire is cut', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
        const reader = new OutputFrameReader()
        const got = { stdout: '', stderr: '' }
        for (const chunk of cutUp(Buffer.concat(sent.map(encode)), cuts)) {
          for (const piece of reader.read(chunk)) got[piece.stream] += piece.bytes.toString('hex')
        }
        expect(reader.isBetweenFrames()).toBe(true)
        expect(got.stdout).toBe(textOf(sent, 'stdout'))
        expect(got.stderr).toBe(textOf(sent, 'stderr'))
      }),
    )
  })

  it('know when the stream ended within a frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), (payload, seed) => {
        const whole = encode({ stream: 'stdout', payload })
        const kept = 1 + (seed % (whole.length - 1))
        const reader = new OutputFrameReader()
        reader.read(whole.subarray(0, kept))
        expect(reader.isBetweenFrames()).toBe(false)
      }),
    )
  })

  it('refuse what is no frame instead of guessing a stream', () => {
    for (const header of ['0000000000000001', '0300000000000001', '0100000100000001', '4572726f72206174']) {
      expect(() => new OutputFrameReader().read(Buffer.from(header, 'hex'))).toThrow(BrokenFrameError)
    }
  })
})

type Frame = { stream: 'stdout' | 'stderr'; payload: Uint8Array }

function encode(frame: Frame): Buffer {
  const header = Buffer.alloc(8)
  header[0] = frame.stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(frame.payload.length, 4)
  return Buffer.concat([header, frame.payload])
}

function cutUp(wire: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, turn = 0; at < wire.length; turn += 1) {
    const length = cuts[turn % cuts.length] ?? 1
    chunks.push(wire.subarray(at, at + length))
    at += length
  }
  return chunks
}

function textOf(sent: readonly Frame[], stream: Frame['stream']): string {
  return Buffer.concat(
    sent.filter((frame) => frame.stream === stream).map((frame) => frame.payload),
  ).toString('hex')
}
