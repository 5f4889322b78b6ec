/** Why a reviewer rejects, for the site's own record; the participant hears one fixed sentence whatever the reason. */
export const REJECT_REASONS = {
  'private-data': 'It shows data of a person, or something from which a person could be recognised',
  'hidden-data': 'Data seems to be hidden in the scores, logs or files',
  'implausible-scores': 'The scores are not plausible',
  'unexpected-files': 'There are files that should not be there',
  'cannot-judge': 'I cannot tell whether it is safe',
  other: 'Another reason',
} as const

export type RejectReason = keyof typeof REJECT_REASONS

/** A recorded reason in words: a code of the list, or what the reviewer wrote. */
export function reasonWords(reason: string): string {
  return Object.hasOwn(REJECT_REASONS, reason) ? REJECT_REASONS[reason as RejectReason] : reason // a key of the list
}
