import { type InertPart, inertParts } from './inert-text.ts'
import { lookAlikeParts } from './look-alikes.ts'

/** A stretch of text as a viewer shows it: as it came, spelled out, or a letter that looks like another. */
export type VisiblePart = { readonly kind: InertPart['kind'] | 'look-alike'; readonly text: string }

/**
 * Bytes of a run as text to look at. Nothing is left out and nothing is guessed: bytes that are not UTF-8 are spelled
 * `\x{ff}`, what is invisible or steers the display `\u{202e}`, and letters that pass for others are told apart.
 */
export function visibleParts(bytes: Uint8Array): VisiblePart[] {
  const parts: VisiblePart[] = []
  for (const piece of decodePieces(bytes)) {
    if (typeof piece !== 'string') {
      const text = Array.from(piece, (byte) => `\\x{${byte.toString(16).padStart(2, '0')}}`).join('')
      add(parts, { kind: 'escaped', text })
      continue
    }
    for (const part of inertParts(piece)) {
      if (part.kind === 'escaped') add(parts, part)
      else for (const letter of lookAlikeParts(part.text)) add(parts, letter)
    }
  }
  return parts
}

/** As `visibleParts`, of text that is decoded already. */
export function visibleText(text: string): VisiblePart[] {
  return visibleParts(new TextEncoder().encode(text))
}

/** Neighbours of one kind become one: a flood of controls must not become a flood of elements. */
function add(parts: VisiblePart[], part: VisiblePart): void {
  const last = parts.at(-1)
  if (last !== undefined && last.kind === part.kind) {
    parts[parts.length - 1] = { kind: part.kind, text: last.text + part.text }
  } else parts.push(part)
}

/** Text where it is UTF-8, and the bytes between as they are. */
function decodePieces(bytes: Uint8Array): (string | Uint8Array)[] {
  const strict = decodeStrictly(bytes)
  if (strict !== undefined) return [strict]
  const pieces: (string | Uint8Array)[] = []
  let from = 0
  const close = (to: number) => {
    if (to > from) pieces.push(decodeStrictly(bytes.subarray(from, to)) ?? bytes.subarray(from, to))
  }
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at)
    if (length > 0) at += length
    else {
      close(at)
      pieces.push(bytes.subarray(at, at + 1))
      at += 1
      from = at
    }
  }
  close(bytes.length)
  return pieces
}

function decodeStrictly(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined // not UTF-8
  }
}

/** How many bytes the character at this place has; 0 where none begins that is whole and allowed. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0
  if (length === 0 || at + length > bytes.length) return 0
  return decodeStrictly(bytes.subarray(at, at + length)) === undefined ? 0 : length
}
