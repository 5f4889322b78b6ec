/** A stretch in which two texts differ, with some lines around it that stand in both; its first lines count from 1. */
export type Hunk = {
  readonly before: number
  readonly after: number
  readonly lines: readonly { readonly change: 'kept' | 'added' | 'removed'; readonly text: string }[]
}

/** More lines between the first and the last that differ take too long to compare. */
const MOST_LINES = 2000
const AROUND = 3
const MOST_SHOWN = 1000

type Line = Hunk['lines'][number]

/**
 * The lines in which two texts differ; undefined where there are too many to compare. A table of the longest common
 * subsequence, over what is left between the same beginning and the same end: bounded in time and memory by `MOST_LINES`.
 */
export function diffLines(before: string, after: string): { hunks: Hunk[]; isCut: boolean } | undefined {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  if (left.length > MOST_LINES || right.length > MOST_LINES) return undefined
  const kept = (text: string): Line => ({ change: 'kept', text })
  const lines = [
    ...a.slice(Math.max(0, start - AROUND), start).map(kept),
    ...changesOf(left, right),
    ...a.slice(a.length - end, a.length - end + AROUND).map(kept),
  ]
  const first = Math.max(0, start - AROUND)
  return hunksOf(lines, first)
}

function changesOf(left: readonly string[], right: readonly string[]): Line[] {
  const width = right.length + 1
  // common[i * width + j]: how many lines the rests from i and from j have in common, in order.
  const common = new Uint16Array((left.length + 1) * width)
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        left[i] === right[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    const [one, other] = [left[i], right[j]]
    if (one !== undefined && one === other) {
      lines.push({ change: 'kept', text: one })
      i += 1
      j += 1
    } else if (
      one !== undefined &&
      (other === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push({ change: 'removed', text: one })
      i += 1
    } else if (other !== undefined) {
      lines.push({ change: 'added', text: other })
      j += 1
    }
  }
  return lines
}

/** Stretches of lines that are near to one that differs; `first` lines stand before them in both texts. */
function hunksOf(lines: readonly Line[], first: number): { hunks: Hunk[]; isCut: boolean } {
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ change }) => change !== 'kept'),
  )
  const hunks: { before: number; after: number; lines: Line[] }[] = []
  let [before, after, shown] = [first + 1, first + 1, 0]
  for (const [at, line] of lines.entries()) {
    if (isNear[at] && shown < MOST_SHOWN) {
      if (at === 0 || !isNear[at - 1]) hunks.push({ before, after, lines: [] })
      hunks.at(-1)?.lines.push(line)
      shown += 1
    }
    if (line.change !== 'added') before += 1
    if (line.change !== 'removed') after += 1
  }
  return { hunks, isCut: isNear.filter(Boolean).length > shown }
}
