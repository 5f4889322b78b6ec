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

const isReason = (text: string): text is RejectReason => Object.hasOwn(REJECT_REASONS, text)

/** A reason that a form gave: a code of the list, or none. */
export function chosenReason(text: string): RejectReason | '' {
  return isReason(text) ? text : ''
}

/**
 * A reason that a program gave: a code of the list, or somebody's own words, which are then the beginning of the note
 * for the site, under the reason `other`.
 */
export function reasonAndNote(
  text: string,
  note: string | undefined,
): { reason: RejectReason | ''; note?: string } {
  if (text === '' || isReason(text)) return { reason: chosenReason(text), ...(note && { note }) }
  return { reason: 'other', note: note ? `${text}\n${note}` : text }
}

/** A recorded reason in words: a code of the list, or what the reviewer wrote. */
export function reasonWords(reason: string): string {
  return Object.hasOwn(REJECT_REASONS, reason) ? REJECT_REASONS[reason as RejectReason] : reason // a key of the list
}
