import { describe, expect, it } from 'vitest'
import { canFollow, isFinal, SubmissionStatus, statesBefore } from './submission-status.ts'

/** The ways of a submission, drawn: a row a status, an `x` below each status that may follow. */
const DRAWING = `
                      Sg Sd Pr Ru Sc Aw Fi Fa Ca
Submitting            .  x  .  .  .  .  .  .  x
Submitted             .  .  x  .  .  x  x  x  x
Preparing             .  x  .  x  x  x  x  x  x
Running               .  x  .  .  x  x  x  x  x
Scoring               .  x  .  .  .  x  x  x  x
Awaiting validation   .  .  .  .  .  .  x  x  x
Finished              .  .  .  .  .  .  .  .  .
Failed                .  .  .  .  .  .  .  .  .
Cancelled             .  .  .  .  .  .  .  .  .
`

describe('the statuses of a submission', () => {
  it('follow each other as drawn', () => {
    const heading = SubmissionStatus.options.map((status) =>
      status === 'Submitting' ? 'Sg' : status === 'Submitted' ? 'Sd' : status.slice(0, 2),
    )
    const rows = SubmissionStatus.options.map(
      (from) =>
        `${from.padEnd(22)}${SubmissionStatus.options.map((to) => (canFollow(from, to) ? 'x' : '.')).join('  ')}`,
    )
    expect(`\n${[`${''.padEnd(22)}${heading.join(' ')}`, ...rows].join('\n')}\n`).toBe(DRAWING)
  })

  it('end in three that nothing follows, whatever arrives late', () => {
    expect(SubmissionStatus.options.filter(isFinal)).toEqual(['Finished', 'Failed', 'Cancelled'])
  })

  it('all lead to an end, and all but the first are reached', () => {
    for (const status of SubmissionStatus.options) {
      expect(isFinal(status) || canFollow(status, 'Cancelled')).toBe(true)
      expect(statesBefore(status).length > 0).toBe(status !== 'Submitting')
    }
  })
})
