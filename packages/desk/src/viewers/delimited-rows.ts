/** What separates the cells of a table. */
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', bar: '|' } as const
export type Separator = keyof typeof SEPARATORS

/** One row of a table in a file, quotes taken off its cells. */
export type Row = { readonly from: number; readonly to: number; readonly cells: readonly Buffer[] }

const QUOTE = 0x22
const LINE_BREAK = 0x0a
const RETURN = 0x0d

/**
 * Reads rows from bytes that begin with one: at most `maxRows`, and none that the bytes cut, unless `isEnd` says that the
 * file ends with them. A cell that begins with a quote may hold separators and line breaks; a quote elsewhere is itself.
 */
export function readRows(
  bytes: Buffer,
  given: { separator: Separator; maxRows: number; isEnd: boolean },
): Row[] {
  const separator = SEPARATORS[given.separator].charCodeAt(0)
  const rows: Row[] = []
  let at = 0
  while (at < bytes.length && rows.length < given.maxRows) {
    const row = readRow(bytes, at, separator)
    if (!row.isEnded && !given.isEnd) break
    rows.push({ from: at, to: row.to, cells: row.cells })
    at = row.to
  }
  return rows
}

function readRow(
  bytes: Buffer,
  from: number,
  separator: number,
): { to: number; cells: Buffer[]; isEnded: boolean } {
  const cells: Buffer[] = []
  for (let at = from; ; ) {
    const cell = bytes[at] === QUOTE ? readQuoted(bytes, at) : { content: undefined, to: at }
    let to = cell.to
    while (to < bytes.length && bytes[to] !== separator && bytes[to] !== LINE_BREAK) to += 1
    const isLast = bytes[to] !== separator
    const end = isLast && bytes[to - 1] === RETURN && to > cell.to ? to - 1 : to
    const rest = bytes.subarray(cell.to, end)
    cells.push(cell.content === undefined ? rest : Buffer.concat([cell.content, rest]))
    if (isLast) return { to: Math.min(to + 1, bytes.length), cells, isEnded: to < bytes.length }
    at = to + 1
  }
}

function readQuoted(bytes: Buffer, from: number): { content: Buffer; to: number } {
  const parts: Buffer[] = []
  for (let at = from + 1; ; ) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote === -1) return { content: Buffer.concat([...parts, bytes.subarray(at)]), to: bytes.length }
    const isDoubled = bytes[quote + 1] === QUOTE
    parts.push(bytes.subarray(at, isDoubled ? quote + 1 : quote))
    if (!isDoubled) return { content: Buffer.concat(parts), to: quote + 1 }
    at = quote + 2
  }
}

/** The separator that gives the first rows the most equal number of cells above one; undefined where none does. */
export function guessSeparator(start: Buffer, isEnd: boolean): Separator | undefined {
  let best: { separator: Separator; cells: number } | undefined
  for (const separator of ['comma', 'tab', 'semicolon', 'bar'] as const) {
    const counts = readRows(start, { separator, maxRows: 10, isEnd }).map((row) => row.cells.length)
    const cells = counts[0] ?? 0
    if (counts.length < 2 || cells < 2 || counts.some((count) => count !== cells)) continue
    if (best === undefined || cells > best.cells) best = { separator, cells }
  }
  return best?.separator
}

/** Whether a spreadsheet program would run this cell as a formula. */
export function isFormula(cell: Buffer): boolean {
  return (
    /^[\t\r ]*[=+\-@]/.test(cell.toString('latin1')) && !/^[+-]?[\d.,eE+-]+%?$/.test(cell.toString('latin1'))
  )
}
