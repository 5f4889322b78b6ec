/** A stretch of a long list, as one page shows it. */
export type PageOf<Row> = {
  readonly rows: readonly Row[]
  /** Counted from 1. */
  readonly number: number
  readonly first: number
  readonly last: number
  readonly total: number
  readonly hasNext: boolean
}

/** Cuts a list into pages and takes one; a page number beyond the end shows the last page. */
export function pageOf<Row>(all: readonly Row[], number: number, size: number): PageOf<Row> {
  const pages = Math.max(1, Math.ceil(all.length / size))
  const shown = Math.min(Math.max(1, number), pages)
  const start = (shown - 1) * size
  const rows = all.slice(start, start + size)
  return {
    rows,
    number: shown,
    first: rows.length === 0 ? 0 : start + 1,
    last: start + rows.length,
    total: all.length,
    hasNext: shown < pages,
  }
}
