import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newBoxKeyPair, openForSite, openWithKey, sealForSite, sealWithKey } from './sealed-box.ts'

const pair = newBoxKeyPair()
const key = randomBytes(32)

const boxes = [
  {
    name: 'with a key that both have',
    seal: (about: string, content: Uint8Array) => sealWithKey(key, about, content),
    open: (about: string, box: Uint8Array) => openWithKey(key, about, box),
    openWithAnother: (about: string, box: Uint8Array) => openWithKey(randomBytes(32), about, box),
  },
  {
    name: 'for the owner of a key pair',
    seal: (about: string, content: Uint8Array) => sealForSite(pair.publicKey, about, content),
    open: (about: string, box: Uint8Array) => openForSite(pair.privateKey, about, box),
    openWithAnother: (about: string, box: Uint8Array) => openForSite(newBoxKeyPair().privateKey, about, box),
  },
]

describe.each(boxes)('a box sealed $name', ({ seal, open, openWithAnother }) => {
  it('gives back what was put in, to whom it is for and about what it is about', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array(), (about, content) => {
        const box = seal(about, content)
        expect(open(about, box)).toEqual(Buffer.from(content))
        expect(open(`${about}x`, box)).toBeUndefined()
        expect(openWithAnother(about, box)).toBeUndefined()
      }),
      { numRuns: 30 },
    )
  })

  it('is never the same twice, and shows nothing of what is in it', () => {
    const content = Buffer.from('a link with a signature')
    expect(seal('x', content)).not.toEqual(seal('x', content))
    expect(seal('x', content).includes(content)).toBe(false)
  })

  it('does not open when any bit of it was changed, or when it was cut', () => {
    const box = seal('x', Buffer.from('content'))
    fc.assert(
      fc.property(fc.nat(box.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = Buffer.from(box)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(open('x', changed)).toBeUndefined()
        expect(open('x', box.subarray(0, at))).toBeUndefined()
      }),
    )
  })
})
