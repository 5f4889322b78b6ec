import type { FileCheck } from './file-check.ts'
import type { TextWindow } from './text-windows.ts'

/**
 * What a hold's predictions are like, in so few numbers that every hold can be compared with every other: the smallest of the
 * hashes of their distinct lines (a bottom-k sketch; E. Cohen and H. Kaplan, "Summarizing data using bottom-k sketches",
 * PODC 2007). It is made from the data, and goes with it when the content is removed.
 */
export type LineSketch = {
  /** How many different lines there are, counted up to the size of the sketch. */
  readonly lines: number
  /** Ascending, 32 bits each. */
  readonly smallest: readonly number[]
}

/** With so many hashes, two sketches tell a share of common lines of 97 % with an error of about one in a hundred. */
export const SKETCH_SIZE = 256
/** Fewer lines are alike by chance. */
const FEWEST_LINES = 50
/** So large a part of all lines must be the same: models that are good agree, too, but not in nearly every line. */
const ALIKE_FROM = 0.97

/** Makes the sketch of all predictions of a hold, as one check beside the others; it finds nothing by itself. */
export class LineSketcher {
  private readonly smallest = new Set<number>()
  private largest = -1

  get check(): FileCheck {
    return {
      name: 'near-duplicate',
      begin: ({ section }) =>
        section === 'predictions' ? { look: (window) => this.look(window), end: () => [] } : undefined,
    }
  }

  get sketch(): LineSketch {
    return { lines: this.smallest.size, smallest: [...this.smallest].sort((one, other) => one - other) }
  }

  private look({ text, seen }: TextWindow): void {
    let start = seen
    while (start < text.length) {
      const at = text.indexOf('\n', start)
      const end = at === -1 ? text.length : at
      if (end > start) this.add(hashOf(text, start, end))
      start = end + 1
    }
  }

  private add(hash: number): void {
    if (this.smallest.size < SKETCH_SIZE) {
      this.smallest.add(hash)
      this.largest = Math.max(this.largest, hash)
      return
    }
    if (hash >= this.largest || this.smallest.has(hash)) return
    this.smallest.delete(this.largest)
    this.smallest.add(hash)
    this.largest = Math.max(...this.smallest)
  }
}

/** The part of their lines that two holds have in common, as far as their sketches tell: from 0 to 1. */
export function likeness(one: LineSketch, other: LineSketch): number {
  const theirs = new Set(other.smallest)
  const union = [...new Set([...one.smallest, ...other.smallest])].sort((a, b) => a - b).slice(0, SKETCH_SIZE)
  const own = new Set(one.smallest)
  const common = union.filter((hash) => own.has(hash) && theirs.has(hash)).length
  return union.length === 0 ? 0 : common / union.length
}

/** Whether two holds have nearly all of their lines in common. */
export function areAlike(one: LineSketch, other: LineSketch): boolean {
  return one.lines >= FEWEST_LINES && other.lines >= FEWEST_LINES && likeness(one, other) >= ALIKE_FROM
}

/** FNV-1a over the characters, and the end of MurmurHash3, so that like lines have hashes far apart. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
