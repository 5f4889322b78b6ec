import { isAscii, isUtf8 } from 'node:buffer'
import { sequenceViews } from './order-channels.ts'
import { bytesView, packedBits, textView, type View } from './view.ts'

/** What white space can carry: which kind, how much, and whether a line ends in it. */
export function whiteSpaceViews(bytes: Buffer): View[] {
  const text = bytes.toString('latin1')
  const lines = text.split('\n')
  const runs = [...text.matchAll(/[ \t]+/g)].map(([run]) => run)
  const blanks = [...text.matchAll(/[ \t]/g)].map(([blank]) => (blank === '\t' ? 1 : 0))
  return [
    ...packedBits('spaces and tabs', blanks, 1),
    ...packedBits(
      'lines that end in white space',
      lines.map((line) => (/[ \t]\r?$/.test(line) ? 1 : 0)),
      1,
    ),
    ...packedBits(
      'lines that end in a carriage return',
      lines.map((line) => (line.endsWith('\r') ? 1 : 0)),
      1,
    ),
    ...sequenceViews(
      'lengths of white space',
      runs.map((run) => run.length),
    ),
    ...sequenceViews(
      'lengths of white space at ends of lines',
      lines.map((line) => /[ \t]*$/.exec(line)?.[0].length ?? 0),
    ),
    ...sequenceViews(
      'lengths of white space at starts of lines',
      lines.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0),
    ),
    ...sequenceViews(
      'kinds of white space',
      [...text.matchAll(/[ \t\r\n]/g)].map(([blank]) => blank),
    ),
  ]
}

/** Capitals and small letters, as bits. */
export function letterCaseViews(bytes: Buffer): View[] {
  const cases: number[] = []
  const heads: number[] = []
  let isInside = false
  for (const byte of bytes) {
    const isCapital = byte >= 65 && byte <= 90
    const isLetter = isCapital || (byte >= 97 && byte <= 122)
    if (isLetter) cases.push(isCapital ? 1 : 0)
    if (isLetter && !isInside) heads.push(isCapital ? 1 : 0)
    isInside = isLetter
  }
  return [...packedBits('cases of letters', cases, 1), ...packedBits('cases of first letters', heads, 1)]
}

/** Letters of other scripts that look like Latin ones, and the Latin ones that they look like. */
const LOOKALIKES = 'аеорсухіѕјһԁԛԝАВЕКМНОРСТХІЅЈαορνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ'
const LOOKED_ALIKE = 'aeopcyxisjhdqwABEKMHOPCTXISJaopvikABEZHIKMNOPTYX'

/** Characters that nobody sees, in the order of their numbers. */
const UNSEEN = /\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu

/** What characters beyond ASCII can carry: unseen ones, variation selectors, tags, and letters that look alike. */
export function unicodeViews(bytes: Buffer): View[] {
  if (!isUtf8(bytes) || isAscii(bytes)) return []
  const text = bytes.toString('utf8')
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const beyond = codes.filter((code) => code > 127)
  const unseen = [...text.matchAll(UNSEEN)].map(([character]) => character)
  const marks = codes.flatMap((code, at) => (isMark(code) ? [] : [isMark(codes[at + 1] ?? 0) ? 1 : 0]))
  return [
    ...sequenceViews('unseen characters', unseen),
    ...bytesView('variation selectors', Buffer.from(codes.flatMap(selectorByte))),
    ...textView('tag characters', tagsIn(codes)),
    ...bytesView('low bytes of characters beyond ASCII', Buffer.from(beyond.map((code) => code & 255))),
    ...packedBits(
      'low halves of characters beyond ASCII',
      beyond.map((code) => code & 15),
      4,
    ),
    ...sequenceViews('characters beyond ASCII', beyond),
    ...lookalikeViews([...text]),
    ...packedBits('letters with marks', marks, 1),
    ...textView('ASCII of compatible characters', text.normalize('NFKC')),
    ...textView('what is seen', text.replaceAll(UNSEEN, '')),
  ]
}

/** All letters that have a double, and those of each double that occurs. */
function lookalikeViews(letters: readonly string[]): View[] {
  const used = [...LOOKALIKES].filter((letter) => letters.includes(letter))
  const bitsOfLetters = (doubles: readonly string[], plain: readonly string[]) =>
    letters.flatMap((letter) => (doubles.includes(letter) ? [1] : plain.includes(letter) ? [0] : []))
  const one = (double: string) => bitsOfLetters([double], [LOOKED_ALIKE[LOOKALIKES.indexOf(double)] ?? ''])
  return [
    ...packedBits('letters that look alike', bitsOfLetters(used, [...LOOKED_ALIKE]), 1),
    ...used.flatMap((double) => packedBits(`letters that look like one ${double}`, one(double), 1)),
  ]
}

function selectorByte(code: number): number[] {
  if (code >= 0xfe00 && code <= 0xfe0f) return [code - 0xfe00]
  return code >= 0xe0100 && code <= 0xe01ef ? [code - 0xe0100 + 16] : []
}

function tagsIn(codes: readonly number[]): string {
  return codes
    .filter((code) => code > 0xe0000 && code < 0xe0080)
    .map((code) => String.fromCharCode(code - 0xe0000))
    .join('')
}

function isMark(code: number): boolean {
  return code >= 0x300 && code <= 0x36f
}
