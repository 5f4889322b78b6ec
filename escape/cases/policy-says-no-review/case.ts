import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'policy-says-no-review',
  family: 33,
  tries: 'The policy asks for review only where the platform does, and the platform does.',
  plants: 'The secret in the digits of a score, which would leave at once.',
  defence: 'The strictest wins; and where neither asks, only what the policy ticks leaves.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'its worker turns such a job away' },
  ownSite: { policy: { review: { required: 'when-asked', timeout: '24h' } } },
  async act({ site, secret, submit, result, decide }) {
    const asked = await result(await submit({ job: { humanInTheLoop: true } }))
    const isHeld = asked.kind === 'held' && asked.hold.state === 'awaiting'
    if (isHeld) await decide(asked, 'reject')
    // The control: where nobody asks, the same run is released, and then it is scores alone.
    const unasked = await submit({ job: { humanInTheLoop: false } })
    const released = await site.boundary.until('the release', () =>
      site.hub
        .heard(unasked.jobId)
        .find((heard) => heard.kind === 'outcome' && heard.outcome.kind === 'released'),
    )
    const isScoresAlone = released.kind === 'outcome' && site.hub.artefacts(unasked.jobId).size === 0
    if (!isHeld || !isScoresAlone) site.boundary.cross('inside', secret.token)
    return 'contained'
  },
}
