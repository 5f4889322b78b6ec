import type { ErrorKind } from '@scoregate/protocol/errors'

/** Every way in which a command can end, as scripts see it; the table of `docs/command-line.md` is this one. */
export const EXIT_CODES = {
  ok: { code: 0, words: 'done' },
  failed: { code: 1, words: 'failed: bad input, an unexpected error' },
  usage: { code: 2, words: 'the command line itself is wrong' },
  refused: {
    code: 3,
    words: 'refused: somebody decided first, the hold expired, the policy forbids it, you said no',
  },
  notBelieved: {
    code: 4,
    words:
      '`verify`: the receipt is not to be believed; `audit verify`: the chain is damaged, or does not fit what is known of it',
  },
  filesDiffer: {
    code: 5,
    words:
      '`verify`: the receipt is good, but a file is not the one that it names; `review files --raw`: the bytes are not those that were sealed',
  },
  unreachable: { code: 6, words: 'the site does not answer, or answers something else' },
  notFound: { code: 7, words: 'there is no such hold, file or token' },
  denied: { code: 8, words: 'not signed in, a token that ended, or a role or token that may not do this' },
} as const

/** The numbers of `EXIT_CODES` by name. */
export const EXIT = {
  ok: EXIT_CODES.ok.code,
  failed: EXIT_CODES.failed.code,
  usage: EXIT_CODES.usage.code,
  refused: EXIT_CODES.refused.code,
  notBelieved: EXIT_CODES.notBelieved.code,
  filesDiffer: EXIT_CODES.filesDiffer.code,
  unreachable: EXIT_CODES.unreachable.code,
  notFound: EXIT_CODES.notFound.code,
  denied: EXIT_CODES.denied.code,
} as const

/** How a command ends that an error of this kind stopped. */
export const EXIT_OF_ERROR = {
  'bad-input': EXIT.failed,
  'not-signed-in': EXIT.denied,
  'not-allowed': EXIT.denied,
  'not-found': EXIT.notFound,
  conflict: EXIT.refused,
  gone: EXIT.refused,
  'too-large': EXIT.failed,
  'limit-reached': EXIT.refused,
  unavailable: EXIT.unreachable,
  internal: EXIT.failed,
} as const satisfies Record<ErrorKind, number>

/** What a shell shows of a program that ended since nobody read its output any more: 128 and the number of SIGPIPE. */
export const EXIT_BROKEN_PIPE = 141
