import { ScoregateError } from '@scoregate/protocol/errors'

/** The mark becomes part of labels, cgroup and folder names; throws for one that could mean something else there. */
export function checkOwnerMark(ownerMark: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(ownerMark)) return ownerMark
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'owner-mark-unusable',
    message: `The owner mark ${JSON.stringify(ownerMark)} cannot mark a worker's rooms.`,
    remedy: 'Use 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
  })
}
