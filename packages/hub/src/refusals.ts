import { type ErrorKind, type Problem, ScoregateError } from '@scoregate/protocol/errors'

/** What a viewer may not see does not exist for them: the same answer for both. */
export function notFound(what: string): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'not-found',
    message: `There is no such ${what}, or you may not see it.`,
    remedy: 'Check the address, and that you are signed in with the right account.',
  })
}

/** Something that exists for the viewer but is not theirs to do. */
export function notAllowed(message: string, remedy: string): ScoregateError {
  return refusal('not-allowed', 'not-allowed', message, remedy)
}

/** An error with all its parts in one line. */
export function refusal(
  kind: ErrorKind,
  code: string,
  message: string,
  remedy: string,
  problems: readonly Problem[] = [],
): ScoregateError {
  return new ScoregateError({ kind, code, message, remedy, problems })
}
