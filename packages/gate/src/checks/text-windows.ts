/** A piece of text of a file: a line, or part of a very long one. */
export type TextWindow = {
  readonly text: string
  /** Counts from 1. */
  readonly line: number
}

/** A line longer than this is looked at in parts. */
const LONGEST_WINDOW = 65_536
/** Parts of one line share so many characters, so that nothing that is looked for is cut in two. */
const OVERLAP = 1_024

/**
 * Cuts a stream of bytes into lines for looking at them. Bytes stand for themselves (Latin-1), so that nothing is lost
 * in what is no text; what the checks look for is ASCII.
 */
export class TextWindows {
  private rest = ''
  private line = 1
  private readonly onWindow: (window: TextWindow) => void

  constructor(onWindow: (window: TextWindow) => void) {
    this.onWindow = onWindow
  }

  take(chunk: Uint8Array): void {
    const text = this.rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    let at = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
      this.look(text.slice(at, end))
      this.line += 1
      at = end + 1
    }
    this.rest = text.slice(at)
    while (this.rest.length > LONGEST_WINDOW) {
      this.onWindow({ text: this.rest.slice(0, LONGEST_WINDOW), line: this.line })
      this.rest = this.rest.slice(LONGEST_WINDOW - OVERLAP)
    }
  }

  end(): void {
    if (this.rest !== '') this.look(this.rest)
    this.rest = ''
  }

  private look(line: string): void {
    for (let at = 0; ; at += LONGEST_WINDOW - OVERLAP) {
      this.onWindow({ text: line.slice(at, at + LONGEST_WINDOW), line: this.line })
      if (at + LONGEST_WINDOW >= line.length) return
    }
  }
}
