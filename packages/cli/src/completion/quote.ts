/** Text as one word of a POSIX shell, of zsh and of bash: nothing in it is obeyed. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** As `quoted`, for fish, where a backslash is one sign between single quotes, too. */
export function quotedForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
