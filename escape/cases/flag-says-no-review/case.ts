import type { EscapeCase } from '../../case.ts'
import { endingOf } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'flag-says-no-review',
  family: 33,
  tries: 'The platform says that no review is needed, and the policy says that it is.',
  plants: 'The secret in the digits of a score, which would leave at once.',
  defence: 'The strictest wins: the policy asks for review of everything, whatever a job says.',
  expect: 'contained',
  quick: true,
  review: 'reject',
  control: { notApplicable: 'its worker turns such a job away' },
  async act({ site, secret, submit, result, decide }) {
    const held = await result(await submit({ job: { humanInTheLoop: false } }))
    const isHeld = held.kind === 'held' && held.hold.state === 'awaiting'
    if (isHeld) await decide(held, 'reject')
    const told = site.hub.heard(held.job.jobId).filter(({ kind }) => kind === 'outcome')
    const isReleased = told.some((heard) => heard.kind === 'outcome' && heard.outcome.kind === 'released')
    if (!isHeld || isReleased) site.boundary.cross('inside', secret.token)
    return endingOf(held)
  },
}
