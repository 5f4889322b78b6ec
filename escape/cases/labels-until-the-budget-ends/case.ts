import type { EscapeCase } from '../../case.ts'
import { heldRun, holdIn, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

const BUDGET_BITS = 30
const LABELS_EACH = 6
/** More than the budget has room for. */
const MOST_SUBMISSIONS = 8

export const attack: EscapeCase = {
  id: 'labels-until-the-budget-ends',
  family: 32,
  tries:
    'Has a reviewer who approves everything release score after score, each of which tells six more labels.',
  plants: 'The secret in pieces of six bits, as the values of the one column.',
  defence:
    'The ledger charges every release with the most that it can tell, and at the budget of the policy nothing more is approved.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a ledger, does not exist there.' },
  ownSite: { policy: { budget: { bits: BUDGET_BITS } } },
  act: playUntilTheBudgetEnds,
}

async function playUntilTheBudgetEnds(stage: Stage): Promise<'contained'> {
  let recovered = 0
  for (let at = 0; at < MOST_SUBMISSIONS; at += 1) {
    const { hold, job } = await heldRun(stage, { beside: { 'which.txt': String(at) } })
    const { learnedBits } = hold.ledger
    must(recovered <= learnedBits, `${recovered} labels are out, and the ledger has ${learnedBits} bits.`)
    must(learnedBits <= BUDGET_BITS, `The ledger has ${learnedBits} bits of ${BUDGET_BITS}.`)
    if (!(await stage.site.reviewer.approve(hold, ['scores'])).ok) {
      must(at > 1, 'Not even two submissions could be released.')
      await stage.decide({ kind: 'held', hold, job }, 'reject')
      return 'contained'
    }
    await holdIn(stage, hold.id, ['released'])
    must(releasedLabels(stage, job.jobId) === labelsOf(stage, at), 'The score does not tell its labels.')
    recovered += LABELS_EACH
  }
  throw new Error(`After ${MOST_SUBMISSIONS} submissions the budget was not used up.`)
}

/** The six labels that a released score tells. */
function releasedLabels({ site }: Stage, jobId: string): number | undefined {
  for (const heard of site.hub.heard(jobId)) {
    if (heard.kind === 'outcome' && heard.outcome.kind === 'released') {
      return Math.round(Number(heard.outcome.scores[0]?.value) * 100)
    }
  }
  return undefined
}

function labelsOf({ secret }: Stage, at: number): number {
  const labels = [...secret.bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return Number.parseInt(labels.slice(at * LABELS_EACH, (at + 1) * LABELS_EACH), 2)
}
