/**
 * Splits a command into words as a POSIX shell would, and does nothing else that a shell does: no variables, globs, pipes
 * or comments. The rules of Python's `shlex.split`, which Codabench's worker applies (protocol reference, 4.4): in single
 * quotes everything stands for itself; in double quotes a backslash escapes `"` and `\`; elsewhere it escapes anything.
 * `undefined` for a quote without its end or a backslash with nothing after it.
 *
 * `splitCommand('python3 "my program.py" $output')` is `['python3', 'my program.py', '$output']`
 */
export function splitCommand(command: string): string[] | undefined {
  const words: string[] = []
  /** The word that is being read; `undefined` between words, so that `''` is a word. */
  let word: string | undefined
  let quote: '"' | "'" | undefined
  for (let at = 0; at < command.length; at += 1) {
    const character = command.charAt(at)
    if (quote !== undefined && character === quote) {
      quote = undefined
    } else if (character === '\\' && quote !== "'") {
      at += 1
      if (at === command.length) return undefined
      const escaped = command.charAt(at)
      const keepsBackslash = quote === '"' && escaped !== '"' && escaped !== '\\'
      word = (word ?? '') + (keepsBackslash ? `\\${escaped}` : escaped)
    } else if (quote !== undefined) {
      word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + character
    }
  }
  if (quote !== undefined) return undefined
  if (word !== undefined) words.push(word)
  return words
}
