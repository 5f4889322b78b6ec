import type { FC } from 'hono/jsx'
import type { VisiblePart } from './visible-bytes.ts'

/** Text of a run, with everything that would be invisible, act or pass for something else marked. */
export const VisibleText: FC<{ parts: readonly VisiblePart[] }> = ({ parts }) => (
  <>
    {parts.map(({ kind, text }) => {
      if (kind === 'text') return text
      if (kind === 'escaped') return <span class="inert-escape">{text}</span>
      return (
        <span class="look-alike" title="Letters that look like others">
          {text}
          <span class="look-alike-code">{codesOf(text)}</span>
        </span>
      )
    })}
  </>
)

function codesOf(text: string): string {
  return Array.from(text, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`).join('')
}

/** One row of a `LinedText`. */
export type ShownLine = {
  /** The number of the line in its file; undefined where a row goes on with the line above. */
  readonly number: number | undefined
  readonly parts: readonly VisiblePart[]
}

/**
 * Lines of a file with their numbers, each an address of its own (`#L12`). Only text goes in. A row without a number goes on
 * with the line above it.
 */
export const LinedText: FC<{ lines: readonly ShownLine[]; label: string; digits: number }> = ({
  lines,
  label,
  digits,
}) => (
  // A scroll container must be reachable by keyboard, and then it needs a name.
  <section class="lined" aria-label={label} tabindex={0}>
    <div class={`lines lines-${Math.min(12, Math.max(3, digits))}`}>
      {lines.map(({ number, parts }) => (
        <div class="line" id={number === undefined ? undefined : `L${number}`}>
          <span class="line-number" aria-hidden="true">
            {number ?? '↪'}
          </span>
          <code class="line-text">
            <VisibleText parts={parts} />
          </code>
        </div>
      ))}
    </div>
  </section>
)
