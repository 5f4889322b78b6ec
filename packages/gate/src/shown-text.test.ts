import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shownBytes, shownText } from './shown-text.ts'

describe('text of a run as it is shown', () => {
  it('spells out what could hide, reorder or imitate', () => {
    expect(shownText('a\u202eb\u200bc\u001b[2Jé\n\\', 100)).toBe(
      'a\\u{202e}b\\u{200b}c\\u{1b}[2J\\u{e9}\\n\\\\',
    )
    expect(shownBytes(Uint8Array.of(0x61, 0xff, 0x0a), 100)).toBe('a\\xff\\n')
  })

  it('is printable ASCII of bounded length, whatever it was, and differs where the text did', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.nat(30),
        (one, other, length) => {
          expect(shownText(one, length)).toMatch(/^[\x20-\x7e]*…?$/)
          expect(shownText(one, length).length).toBeLessThanOrEqual(length + 1)
          expect(shownText(one, 1000) === shownText(other, 1000)).toBe(one === other)
        },
      ),
    )
  })
})
