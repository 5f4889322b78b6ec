/** Words are compared up to this length; a longer one is no typing error for anything that we name. */
const LONGEST_WORD = 64

/**
 * The candidate that `word` was probably meant to be, for "Did you mean …?", or undefined when none is near: at most one
 * typing error in three letters. A swap of two neighbours is one error; upper and lower case, `-` and `_` are the same.
 */
export function closestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > LONGEST_WORD) return undefined
  const wanted = folded(word)
  let best: { candidate: string; errors: number } | undefined
  for (const candidate of candidates) {
    if (candidate.length > LONGEST_WORD) continue
    const errors = typingErrors(wanted, folded(candidate))
    if (best === undefined || errors < best.errors) best = { candidate, errors }
  }
  const bearable = Math.max(1, Math.floor(wanted.length / 3))
  return best !== undefined && best.errors <= bearable && best.errors < wanted.length
    ? best.candidate
    : undefined
}

function folded(word: string): string {
  return word.toLowerCase().replaceAll('-', '_')
}

/** Damerau's distance with neighbouring swaps only: letters inserted, left out, replaced, or swapped with the next. */
function typingErrors(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
          ? at(beforeLast, column - 2) + 1
          : Number.POSITIVE_INFINITY
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped))
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
