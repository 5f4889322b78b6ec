import { ScoregateError } from '@scoregate/protocol/errors'
import { showInert } from '@scoregate/ui/inert-text'

/** Writes a line for a person to standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Writes a result for a script to standard output. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** Exit codes of every command; `docs/command-line.md` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, notBelieved: 4, filesDiffer: 5 } as const

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

/** Columns of plain text, as wide as their widest cell; untrusted cells are made inert. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const safe = [header, ...rows].map((row) => row.map((cell) => showInert(cell.replace(/[\n\t]/g, ' '))))
  const widths = header.map((_, column) => Math.max(...safe.map((row) => row[column]?.length ?? 0)))
  return safe
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
