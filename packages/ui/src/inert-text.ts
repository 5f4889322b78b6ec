/** A stretch of text as it is shown: either as it came, or the visible spelling of one character that must not act. */
export interface InertPart {
  readonly kind: 'text' | 'escaped'
  readonly text: string
}

/**
 * More combining marks than this on one letter is a flood that paints over its neighbours. Real scripts stay below:
 * Vietnamese needs two, pointed Hebrew and Tibetan up to four.
 */
const MARKS_PER_LETTER = 4

/**
 * What an attacker can hide behind: controls, format and bidi characters, lone surrogates, private and unassigned
 * code points (\p{C}); line and paragraph separators and every space that is not the space (\p{Z} less U+0020);
 * characters that fonts draw as nothing (default-ignorable, the braille blank, the object replacement character).
 */
const HIDDEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u
const MARK = /\p{M}/u
/** Text in which nothing can need escaping: the usual log, spared the walk over its characters. */
const PLAIN = /^[\n\t\x20-\x7e]*$/
const PLAIN_LINE = /^[\x20-\x7e]*$/

/**
 * Untrusted text, made safe to look at in a browser (after HTML escaping) and in a terminal: every character that is
 * invisible or that steers the display is spelled out as `\u{202e}`; newline and tab stay. Showing twice changes
 * nothing. Stripping libraries leave `\b`, `\r`, C1 and bidi characters through, so a log could read "approve"
 * where it says "reject".
 */
export function showInert(text: string): string {
  return PLAIN.test(text) ? text : joined(inertParts(text))
}

/** As `showInert`, for a name that must stay on one line: newline and tab are spelled out too. */
export function showInertLine(text: string): string {
  return PLAIN_LINE.test(text) ? text : joined(walk(text, ''))
}

/**
 * The same text in parts, so that a page can mark what was spelled out: text that merely contains the six letters
 * `\u{7f}` is told apart from a real control character.
 */
export function inertParts(text: string): InertPart[] {
  return PLAIN.test(text) ? (text === '' ? [] : [{ kind: 'text', text }]) : walk(text, '\n\t')
}

function walk(text: string, kept: string): InertPart[] {
  const parts: InertPart[] = []
  let plain = ''
  // A mark with nothing to sit on would attach itself to whatever the page wrote before it.
  let marksLeft = 0
  for (const character of text) {
    if (kept.includes(character)) {
      plain += character
      marksLeft = 0
    } else if (MARK.test(character) && !HIDDEN.test(character) && marksLeft > 0) {
      plain += character
      marksLeft -= 1
    } else if (character !== ' ' && (MARK.test(character) || HIDDEN.test(character))) {
      if (plain !== '') parts.push({ kind: 'text', text: plain })
      plain = ''
      parts.push({ kind: 'escaped', text: spelledOut(character) })
      marksLeft = 0
    } else {
      plain += character
      marksLeft = MARKS_PER_LETTER
    }
  }
  if (plain !== '') parts.push({ kind: 'text', text: plain })
  return parts
}

function spelledOut(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

function joined(parts: readonly InertPart[]): string {
  return parts.map((part) => part.text).join('')
}
