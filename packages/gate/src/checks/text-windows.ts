/** A piece of text of a file: whole lines, or a part of a very long one. */
export type TextWindow = {
  readonly text: string
  /** So many characters at its beginning were in the window before; what ends in them was found there. */
  readonly seen: number
  /** Where a character of `text` is in the file: its line, counted from 1, and its byte, counted from 0. */
  placeAt(index: number): { readonly line: number; readonly offset: number }
}

/** How much is looked at together: enough that the work is in the patterns, and little to hold. */
const WINDOW = 65_536
/** Two windows share up to so many characters, so that nothing that is looked for is cut in two. */
const OVERLAP = 1_024

/**
 * Cuts a stream of bytes into windows for looking at them, at the end of a line where there is one. Bytes stand for
 * themselves (Latin-1), so that nothing is lost in what is no text; what the checks look for is ASCII.
 */
export class TextWindows {
  private before = ''
  private rest = ''
  /** Where the first character of `before` is. */
  private line = 1
  private offset = 0
  private readonly onWindow: (window: TextWindow) => void

  constructor(onWindow: (window: TextWindow) => void) {
    this.onWindow = onWindow
  }

  take(chunk: Uint8Array): void {
    this.rest += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    while (this.rest.length >= WINDOW) {
      const lineEnd = this.rest.lastIndexOf('\n', WINDOW - 1)
      this.look(lineEnd === -1 ? WINDOW : lineEnd + 1)
    }
  }

  end(): void {
    if (this.rest !== '') this.look(this.rest.length)
  }

  private look(length: number): void {
    const text = this.before + this.rest.slice(0, length)
    const { line, offset } = this
    const placeAt = (index: number) => ({ line: line + newlinesIn(text, index), offset: offset + index })
    this.onWindow({ text, seen: this.before.length, placeAt })
    const kept = Math.max(0, text.length - OVERLAP)
    const keptAt = placeAt(kept)
    this.line = keptAt.line
    this.offset = keptAt.offset
    this.before = text.slice(kept)
    this.rest = this.rest.slice(length)
  }
}

/** What a pattern finds in a window and no window before had whole. The pattern is global. */
export function* matchesIn(window: TextWindow, pattern: RegExp): Generator<RegExpExecArray> {
  for (const match of window.text.matchAll(pattern)) {
    if (match.index + match[0].length > window.seen) yield match
  }
}

function newlinesIn(text: string, before: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < before; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
