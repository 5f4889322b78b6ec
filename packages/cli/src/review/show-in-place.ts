import { terminalColumns, terminalRows } from '../terminal.ts'

/**
 * Lines of inert text that replace those drawn before, below what stood on the terminal. Nothing of the terminal is
 * switched, so there is nothing to switch back however the program ends; what does not fit is left out, with a word.
 */
export function showInPlace(): { draw(text: string): void } {
  let drawnLines = 0
  let drawnColumns = 0
  return {
    draw(text) {
      const columns = terminalColumns() ?? 80
      const room = Math.max(1, terminalRows() - 2)
      const all = text.split('\n')
      const lines =
        all.length <= room ? all : [...all.slice(0, room - 1), `… and ${all.length - room + 1} more lines`]
      // Lines that a narrower window wrapped cannot be counted any more: a new picture begins below.
      const isCounted = drawnLines > 0 && columns >= drawnColumns
      const up = isCounted ? `\u001b[${drawnLines}A\r\u001b[J` : ''
      process.stdout.write(`${up}${lines.join('\n')}\n`)
      drawnLines = lines.length
      drawnColumns = columns
    },
  }
}
