/** What a terminal can show, and whether there is one: everything else is written for a file or another program. */

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

/** Whether a person reads what goes to standard output. */
export function isRead(): boolean {
  return process.stdout.isTTY === true
}

/** Whether a person can be asked: they read, and they type. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** How wide the terminal is; undefined where there is none, since a file has no width. */
export function terminalColumns(): number | undefined {
  return isRead() ? (process.stdout.columns ?? DEFAULT_COLUMNS) : undefined
}

/** How high the terminal is. */
export function terminalRows(): number {
  return process.stdout.rows ?? DEFAULT_ROWS
}

/** Emphasis that a terminal can show beside the words, which say the same. */
export type Emphasis = 'bad' | 'warn' | 'strong' | 'faint'

const CODES = { bad: '31', warn: '33', strong: '1', faint: '2' } as const satisfies Record<Emphasis, string>

/** Sets off text that is inert already; only for a terminal, and for nobody who asked for none (NO_COLOR). */
export function emphasise(text: string, emphasis: Emphasis): string {
  if (!hasColours() || text === '') return text
  return `\u001b[${CODES[emphasis]}m${text}\u001b[0m`
}

function hasColours(): boolean {
  const { NO_COLOR: noColour, TERM: kind } = process.env
  return isRead() && (noColour === undefined || noColour === '') && kind !== 'dumb'
}

/** Letters that take two columns of a terminal: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u
const MARK = /\p{M}/u
const PLAIN = /^[\x20-\x7e]*$/

/** How many columns inert text takes on one line. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return columns
}

/** The beginning of inert text that fits into so many columns, with a sign that there is more. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let kept = ''
  let left = columns - 1
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) break
    kept += character
  }
  return `${kept}…`
}
