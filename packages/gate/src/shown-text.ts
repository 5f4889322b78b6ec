const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

/**
 * Text of a run as a person may see it: printable ASCII stays, everything else becomes a visible escape (`\n`,
 * `\u{202e}`), so that nothing can reorder, hide or imitate (attacks.md, family 22). Cut to `maxLength` characters,
 * with `…` for what was cut; an escape is never cut in two.
 */
export function shownText(text: string, maxLength: number): string {
  let shown = ''
  for (const character of text) {
    const piece = shownCharacter(character)
    if (shown.length + piece.length > maxLength) return `${shown}…`
    shown += piece
  }
  return shown
}

/** As `shownText` for bytes that should be UTF-8; bytes that are not become `\xff`. */
export function shownBytes(bytes: Uint8Array, maxLength: number): string {
  const text = decodeUtf8(bytes)
  if (text !== undefined) return shownText(text, maxLength)
  let shown = ''
  for (const byte of bytes) {
    const isAscii = byte < 0x80
    const piece = isAscii
      ? shownCharacter(String.fromCharCode(byte))
      : `\\x${byte.toString(16).padStart(2, '0')}`
    if (shown.length + piece.length > maxLength) return `${shown}…`
    shown += piece
  }
  return shown
}

/** The text of bytes that are valid UTF-8, a byte order mark included; undefined for others. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined // the one thing that a fatal decoder throws for
  }
}

function shownCharacter(character: string): string {
  const escaped = ESCAPES[character]
  if (escaped !== undefined) return escaped
  if (/^[\x20-\x7e]$/.test(character)) return character
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
