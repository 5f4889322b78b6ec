import { ScoregateError } from '@scoregate/protocol/errors'
import { showInert } from '@scoregate/ui/inert-text'
import { columnsOf, cutTo } from './terminal.ts'

/** Writes a line for a person to standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Writes a result for a script to standard output. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** What went wrong, on standard error: the sentence, each problem with its place, and what to do. */
export function sayError(error: unknown, { json }: { json: boolean }): void {
  const body = error instanceof ScoregateError ? error.toBody() : unexpected(error)
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: body })}\n`)
    return
  }
  const lines = [
    `error: ${body.detail}`,
    ...(body.problems ?? []).map((problem) => `  ${problem.where}: ${problem.what}\n      ${problem.remedy}`),
    `  ${body.remedy}`,
  ]
  process.stderr.write(`${showInert(lines.join('\n'))}\n`)
}

function unexpected(error: unknown) {
  return {
    code: 'internal',
    detail: error instanceof Error ? error.message : String(error),
    remedy: 'This was not expected. Please report it with the command that you typed.',
    problems: undefined,
  }
}

/**
 * Columns of plain text, as wide as their widest cell; untrusted cells are made inert. With `columns`, those of a terminal,
 * the widest are cut so that no line is longer.
 */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number | undefined,
): string {
  const safe = [header, ...rows].map((row) => row.map((cell) => showInert(cell.replace(/[\n\t]/g, ' '))))
  const widths = header.map((_, column) => Math.max(...safe.map((row) => columnsOf(row[column] ?? ''))))
  if (columns !== undefined) narrow(widths, columns - GAP.length * (widths.length - 1))
  return safe
    .map((row) =>
      row
        .map((cell, column) => padded(cutTo(cell, widths[column] ?? 0), widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n')
}

const GAP = '  '
/** A column that is narrower tells nothing. */
const NARROWEST = 6

/** Takes from the widest, one by one, until all fit or none has anything to give. */
function narrow(widths: number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) - room
  while (over > 0) {
    const widest = Math.max(...widths)
    if (widest <= NARROWEST) return
    const at = widths.indexOf(widest)
    widths[at] = widest - 1
    over -= 1
  }
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - columnsOf(cell)))
}
