import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import type { EscapeCase } from '../../case.ts'
import { wordsHeard } from '../../rig/stage.ts'

const WORDS: readonly string[] = [
  ...Object.keys(REASON_SENTENCES),
  ...['Preparing', 'Running', 'Scoring', 'awaiting-validation'],
]

export const attack: EscapeCase = {
  id: 'chosen-failures',
  family: 15,
  tries: 'Four runs choose how they fail, each by two bits of the secret.',
  plants: 'The first byte of the secret, two bits for each run.',
  defence: 'A failure is a word of a closed list of sixteen: counted, and never more than four bits.',
  expect: 'contained',
  quick: true,
  review: 'reject',
  control: { notApplicable: 'words of a list are what both gates send: the attack is within its allowance' },
  async act({ site, secret, submit, result, decide }) {
    for (const turn of ['0', '1', '2', '3']) {
      const ended = await result(await submit({ beside: { 'turn.txt': turn } }))
      await decide(ended, 'reject')
      const heard = wordsHeard(site, ended.job.jobId)
      if (!heard.every((word) => WORDS.includes(word))) site.boundary.cross('inside', secret.token)
    }
    return 'contained'
  },
}
