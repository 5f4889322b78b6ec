import { type Deposit, DepositReceipt } from '@scoregate/protocol/deposit'
import { sendForm } from '../packages/desk/src/approvals/approvals-rig.ts'
import type { RunFiles } from '../packages/desk/src/deposit-rig.ts'
import { type DeskRig, PASSWORD } from '../packages/desk/src/desk-rig.ts'
import { leakyRun, startShippedDesk } from './seeded-desk-rig.ts'

/** Who looks at a hold in some state of it, and where. */
export type HoldState = { readonly name: string; readonly id: string; readonly by: string }

const [ANNA, BEN, CARLA] = ['first-reviewer', 'second-reviewer', 'third-reviewer'] as const

/** Rules of review for each state that a policy makes, by the competition that has them. */
const POLICY = `version: 1
site: University hospital, department of data
review:
  required: always
  timeout: 3d
  conflicts: { "Conflict": [${BEN}] }
release: { range: [0, 1] }
retention: 90d
images: {}
competitions:
  "Two": { review: { approvals: 2 } }
  "Named": { review: { reviewers: [${ANNA}, ${CARLA}] } }
  "Elsewhere": { review: { reviewers: [${ANNA}] } }
  "Signed": { review: { signed: required } }
  "Nothing": { release: { may: [], ticked: [] } }
`

const LONG_TITLE = 'The early detection of a rare condition in the intensive care units of twelve hospitals'
const LONG = 'a-team-with-a-very-long-name-that-goes-on-and-on-and-does-not-end-where-one-hopes'

/** A desk with a hold in each state in which somebody may meet one. */
export async function seedHoldStates(): Promise<{ rig: DeskRig; states: HoldState[] }> {
  const people = [ANNA, BEN, CARLA].map((username) => ({
    ...{ username, password: PASSWORD, token: `token-of-${username}` },
  }))
  const rig = await startShippedDesk(POLICY, { provision: { people } })
  const states: HoldState[] = []
  const add = (name: string, id: string, by: string = ANNA) => states.push({ name, id, by })
  const of = (title: string, at: number, participant = 'team-lantern') => ({
    ...{ competition: { id: at, title }, participant, participantId: at + 100, seconds: 300 },
  })
  for (const auc of [0.71, 0.74, 0.79, 0.8]) {
    const { id } = await rig.deposit({ ...of('Early warning', 3), files: run(auc) })
    await rig.approve(id, ['scores'])
    await rig.untilState(id, 'released')
    if (auc === 0.8) add('decided', id)
  }
  const result = of('Early warning', 3)
  add('clean', (await rig.deposit({ ...result, files: run(0.81) })).id)
  const opened = await rig.deposit({ ...result, files: run(0.815) })
  await rig.seeAll(opened.id)
  add('opened', opened.id)
  add('first-ever', (await rig.deposit({ ...of('New here', 9, 'north-ridge'), files: run(0.6) })).id)
  add('findings', (await rig.deposit({ ...of('Leaky', 4, 'north-ridge'), files: leakyRun() })).id)
  const many = Array.from(
    { length: 260 },
    (_, at) => `stay ${at} of person${at}@ward-${at}.example, MRN-${4_100_000 + at * 37}`,
  )
  const crowd = {
    ...leakyRun(),
    ...Object.fromEntries(many.map((line, at) => [`logs/part-${at}`, `${line}\n`])),
  }
  add('many-findings', (await rig.deposit({ ...of('Leaky', 4, 'blue-lichen'), files: crowd })).id)
  add('wide', await depositWide(rig))
  add(
    'long',
    (
      await rig.deposit({
        ...of(LONG_TITLE, 5, LONG),
        files: { ...run(0.5), [`scoring_output/${LONG}.csv`]: 'a\n1\n' },
      })
    ).id,
  )

  const two = of('Two', 6)
  add('two', (await rig.deposit({ ...two, files: run(0.7) })).id)
  const half = await rig.deposit({ ...two, files: run(0.72) })
  await rig.approve(half.id, ['scores'])
  add('first-given', half.id)
  add('second-to-give', half.id, BEN)
  const both = await rig.deposit({ ...two, files: run(0.73) })
  await rig.approve(both.id, ['scores'])
  const { digest } = await rig.show(both.id)
  const second = { digest, decision: 'approve', artefacts: ['scores'], note: 'The same as last time.' }
  await rig.api(`/api/holds/${both.id}/decision`, second, BEN)
  await rig.untilState(both.id, 'released')
  add('decided-by-two', both.id)

  add('not-named', (await rig.deposit({ ...of('Elsewhere', 13), files: run(0.7) })).id, BEN)
  add('conflict', (await rig.deposit({ ...of('Conflict', 8), files: run(0.7) })).id, BEN)
  const signed = await rig.deposit({ ...of('Signed', 10), files: run(0.7) })
  add('passkey-missing', signed.id)
  add('nothing-offered', (await rig.deposit({ ...of('Nothing', 11), files: run(0.7) })).id)

  const logs = {
    'logs/ingestion_stdout': 'reading 412 stays\n',
    'logs/ingestion_stderr': 'Traceback (most recent call last):\n  ValueError: no column "lactate"\n',
  }
  add('failed', (await rig.deposit({ ...result, files: logs, failure: 'ingestion-failed' })).id)
  const refusals = [{ section: 'scoring_output', shownPath: 'passwd', kind: 'symbolic-link' } as const]
  add('hostile', (await rig.deposit({ ...result, files: run(0.9), refusals })).id)
  const rejected = await rig.deposit({ ...result, files: leakyRun() })
  await rig.reject(rejected.id)
  add('rejected', rejected.id)
  const linksExpireAt = new Date(Date.now() + 3000).toISOString()
  const gone = await rig.deposit({ ...result, files: run(0.4), linksExpireAt })
  await rig.untilState(gone.id, 'closed')
  add('expired', gone.id)
  const today = new Date().toISOString().slice(0, 10)
  const fields = { to: BEN, from: today, until: today }
  await sendForm(rig, CARLA, { page: '/account', path: '/account/delegations', fields })
  const inPlace = await rig.deposit({ ...of('Named', 7), files: run(0.75) })
  add('delegate', inPlace.id, BEN)
  return { rig, states }
}

/** A run as an honest one is. */
function run(auc: number): RunFiles {
  return {
    'scoring_output/scores.json': JSON.stringify({ auc, brier: 0.1552 }),
    'scoring_output/detailed_results.html': `<h1>Details</h1><p>${auc}</p>`,
    'logs/scoring_stdout': 'scored 412 stays\n',
    'logs/scoring_stderr': '',
    'predictions/predictions.csv': 'stay,risk\n1,0.4\n',
  }
}

/** A result with forty columns. */
async function depositWide(rig: DeskRig): Promise<string> {
  const keys = Array.from({ length: 40 }, (_, at) => `ward_${at + 1}`)
  const scores = Object.fromEntries(keys.map((key, at) => [key, 0.5 + at / 100]))
  const files = { ...run(0.7), 'scoring_output/scores.json': JSON.stringify(scores) }
  const deposit = rig.makeDeposit({
    participant: 'quiet-harbour',
    competition: { id: 12, title: 'Forty wards' },
    files,
  })
  const columns: Deposit['job']['columns'] = keys.map((key, at) => ({
    ...{ key, title: `Area under the curve, ward ${at + 1}`, decimals: 3 },
    ...{ sorting: 'desc', range: [0, 1], computed: false },
  }))
  for (const content of Object.values(files)) await rig.putBlob(content)
  const wide = { ...deposit, job: { ...deposit.job, columns } }
  const answer = await rig.postDeposit(wide)
  const { holdId } = DepositReceipt.parse(await answer.json())
  await rig.untilChecked(holdId)
  return holdId
}
