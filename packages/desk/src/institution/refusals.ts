import type { InstitutionRefusal } from '@scoregate/protocol/audit'
import { type ErrorKind, ScoregateError } from '@scoregate/protocol/errors'

/** What whoever signs in reads of a refusal, and which kind of answer it is. */
export type RefusalWords = { readonly kind: ErrorKind; readonly text: string; readonly remedy: string }

/**
 * What is said of each refusal. `name` is the institution's, as this desk was set up with it; nothing that the provider wrote
 * is repeated.
 */
export function refusalWords(code: InstitutionRefusal, name: string): RefusalWords {
  return WORDS[code](name)
}

/** A refusal as an error, for whoever is signed in and wanted to connect an account. */
export function refusalError(code: InstitutionRefusal, name: string): ScoregateError {
  const { kind, text, remedy } = refusalWords(code, name)
  return new ScoregateError({ kind, code, message: text, remedy })
}

/** The same whether an address was expected or not: whoever asks must not learn whom a steward expects. */
const notConnected = (name: string): RefusalWords => ({
  kind: 'not-allowed',
  text: `Your account at ${name} is not connected to an account of this desk.`,
  remedy: `If you have an account here, sign in with your password and connect the two under "My account". If a steward expects you by your e-mail address, ${name} must have confirmed that address. Otherwise ask a steward of this site.`,
})

const WORDS: Readonly<Record<InstitutionRefusal, (name: string) => RefusalWords>> = {
  'journey-unknown': (name) => ({
    kind: 'bad-input',
    text: `This sign-in with ${name} was begun in another browser or window, was used before, or took too long.`,
    remedy: 'Begin again.',
  }),
  denied: (name) => ({
    kind: 'not-signed-in',
    text: `${name} did not confirm who you are.`,
    remedy: 'Sign in there, or here with your password.',
  }),
  'bad-answer': (name) => ({
    kind: 'not-signed-in',
    text: `${name} gave an answer that cannot be relied on, so nothing was done.`,
    remedy: 'Begin again. If it stays, whoever runs this desk finds the cause in its log.',
  }),
  'claim-missing': (name) => ({
    kind: 'not-allowed',
    text: `${name} did not confirm that you signed in there as this desk asks for, such as with a second factor.`,
    remedy: 'Sign out there, and sign in again in that way.',
  }),
  unavailable: (name) => ({
    kind: 'unavailable',
    text: `${name} does not answer.`,
    remedy: 'Sign in with your password, or try again later.',
  }),
  'unknown-identity': notConnected,
  'email-unconfirmed': notConnected,
  'account-disabled': () => ({
    kind: 'not-allowed',
    text: 'Your account at this desk is disabled.',
    remedy: 'Ask a steward of this site.',
  }),
  'session-ended': (name) => ({
    kind: 'not-signed-in',
    text: `Your session at this desk ended while you were at ${name}, so nothing was connected.`,
    remedy: 'Sign in and begin again.',
  }),
  'identity-taken': (name) => ({
    kind: 'conflict',
    text: `That account at ${name} belongs to another account of this desk, or yours has another one there already.`,
    remedy: 'Remove the other connection first, or ask a steward of this site.',
  }),
}
