import { InertName } from '@scoregate/ui/facts'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { Hold } from '../holds/hold-record.ts'
import { counted } from '../inbox/inbox-words.ts'
import { paths } from '../paths.ts'
import { compareHolds, type HoldComparison } from './compare-holds.ts'

/** In a line, what is new since the last hold of the same participant, and the way to all of it. */
export const WhatIsNew: FC<{ hold: Hold; last: Hold | undefined; now: Date }> = ({ hold, last, now }) =>
  last?.decidedAt === undefined ? (
    <>
      The first hold of <InertName text={hold.job.participant.username} /> in this competition: there is none
      to compare it with.
    </>
  ) : (
    <>
      Since the last hold of <InertName text={hold.job.participant.username} />, decided{' '}
      <When at={last.decidedAt} now={now} />: {newsInWords(compareHolds(last, hold))}.{' '}
      <a href={paths.holdDiff(hold.id)}>Compare</a>
    </>
  )

/** `3 files new, 1 changed`; or that none is. */
export function newsInWords({ counts }: HoldComparison): string {
  const words = (['new', 'changed', 'gone'] as const)
    .filter((change) => counts[change] > 0)
    .map((change, at) => `${at === 0 ? counted(counts[change], 'file', 'files') : counts[change]} ${change}`)
  return words.length === 0 ? 'every file is the same' : words.join(', ')
}
