/**
 * One line on standard error that shows how far an upload is. Nothing is written where nobody watches (a pipe, a file)
 * or where `isQuiet`.
 */
export function progressLine(
  label: string,
  isQuiet: boolean,
): { update(share: number): void; clear(): void; end(): void } {
  const isShown = process.stderr.isTTY === true && !isQuiet
  let last = -1
  return {
    update(share) {
      const percent = Math.min(100, Math.floor(share * 100))
      if (!isShown || percent === last) return
      last = percent
      const bar = '█'.repeat(Math.round(percent / 5)).padEnd(20, '░')
      process.stderr.write(`\r${label} ${bar} ${String(percent).padStart(3)} %`)
    },
    /** Makes room for a line of the result; the next `update` draws it again. */
    clear() {
      if (isShown && last !== -1) process.stderr.write('\r\u001b[K')
      last = -1
    },
    end() {
      if (isShown && last !== -1) process.stderr.write('\n')
    },
  }
}
