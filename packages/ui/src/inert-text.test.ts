import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inertParts, showInert, showInertLine } from './inert-text.ts'

/** Any string, with the dangerous characters often enough to matter. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2K',
        '\r',
        '\b',
        '\0',
        '\u007f',
        '\u009d',
        '\u202e',
        '\u2066',
        '\u200b',
        '\ufeff',
      ),
      fc.constantFrom(
        '\u2028',
        '\u00a0',
        '\u3164',
        '\u{e0041}',
        '\ufe0f',
        '\ud800',
        '\u0301',
        'a',
        ' ',
        '\n',
        '\t',
        '\\u{7f}',
      ),
    ),
  )
  .map((pieces) => pieces.join(''))

/** Written independently of the code: ranges by number rather than by Unicode property. */
function isDangerous(code: number): boolean {
  return (
    (code < 0x20 && code !== 0x0a && code !== 0x09) ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0xad ||
    code === 0x061c ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffc) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  )
}

function codes(text: string): number[] {
  return [...text].map((character) => character.codePointAt(0) ?? 0)
}

describe('showing untrusted text', () => {
  it('leaves no character that hides or steers', () => {
    fc.assert(fc.property(hostile, (text) => !codes(showInert(text)).some(isDangerous)))
  })

  it('control: the same texts do hold such characters', () => {
    expect(codes('a\u202eb\u001b[2K').some(isDangerous)).toBe(true)
  })

  it('changes nothing when it is done twice', () => {
    fc.assert(fc.property(hostile, (text) => showInert(showInert(text)) === showInert(text)))
  })

  it('keeps printable ASCII, newlines and tabs as they are', () => {
    const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...printable, '\n', '\t') }),
        (text) => showInert(text) === text,
      ),
    )
  })

  it('loses nothing: each part that was spelled out names its character', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const back = inertParts(text).map((part) =>
          part.kind === 'text'
            ? part.text
            : String.fromCodePoint(Number.parseInt(part.text.slice(3, -1), 16)),
        )
        // Joining may pair two lone surrogates that the spelling kept apart, so compare unit by unit.
        return back.join('') === text
      }),
    )
  })

  it('keeps letters and accents of real languages', () => {
    for (const name of [
      'Müller',
      'Nguyễn',
      'e\u0301te\u0301',
      'Ελένη',
      'Дарья',
      '李明',
      'שָׁלוֹם',
      'हिन्दी',
      '🙂',
    ]) {
      expect(showInert(name)).toBe(name)
    }
  })

  it('stops a flood of combining marks after four', () => {
    const shown = showInert(`a${'\u0301'.repeat(5000)}`)
    expect(shown.match(/\p{M}/gu)).toHaveLength(4)
    expect(showInert('\u0301a')).toBe('\\u{301}a')
  })

  it('tells spelled-out characters from text that looks like them', () => {
    expect(inertParts('\\u{7f}\u007f')).toEqual([
      { kind: 'text', text: '\\u{7f}' },
      { kind: 'escaped', text: '\\u{7f}' },
    ])
  })

  it('keeps a name on one line', () => {
    expect(showInertLine('a\nb\tc\r')).toBe('a\\u{a}b\\u{9}c\\u{d}')
    fc.assert(fc.property(hostile, (text) => !/[\n\t\r]/.test(showInertLine(text))))
  })
})
