/**
 * An unexpected error for the log, without its message: after a program has run, a message can carry file names that the
 * program chose. The system's code and the place in our code remain.
 */
export function troubleOf(error: unknown): { readonly trouble: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { trouble: typeof error, at: [] }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return { trouble: code ?? error.name, at: frames.slice(0, 8).map((line) => line.trim()) }
}
