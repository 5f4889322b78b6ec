import { readFile, writeFile } from 'node:fs/promises'
import type { Outcome } from '@scoregate/protocol/release'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

const HOUR = 3600
const CHANGE = 'PLANTED-CHANGE\n'

/** What a test knows of a hold: what it did to it, and what was answered. */
type KnownHold = {
  readonly id: string
  readonly digest: string
  readonly jobId: string
  /** The content of its log, which no other hold has. */
  readonly log: string
  /** The decisions that the desk has acknowledged. */
  readonly taken: { kind: 'approve' | 'reject'; artefacts: readonly string[] }[]
  isUnwanted: boolean
  isAltered: boolean
}
type Known = { readonly holds: KnownHold[]; isPlatformUp: boolean }
type Step = fc.AsyncCommand<Known, DeskRig>

const ARTEFACTS = [['scores'], ['scores', 'scoring_stdout'], ['scoring_stdout', 'predictions']] as const

/** A step that is done to one of the holds there are. */
function onHold(name: string, act: (hold: KnownHold, rig: DeskRig, known: Known) => Promise<void>) {
  return fc.nat(20).map(
    (number): Step => ({
      check: ({ holds }) => holds.length > 0,
      async run(known, rig) {
        const hold = known.holds[number % known.holds.length]
        if (hold !== undefined) await act(hold, rig, known)
      },
      toString: () => `${name}(${number})`,
    }),
  )
}

function step(name: string, act: (rig: DeskRig, known: Known) => Promise<void>): fc.Arbitrary<Step> {
  return fc.constant({ check: () => true, run: (known, rig) => act(rig, known), toString: () => name })
}

async function decide(
  rig: DeskRig,
  hold: KnownHold,
  decision: { kind: 'approve'; artefacts: readonly string[] } | { kind: 'reject' },
  { reviewer = 'first-reviewer', digest = hold.digest } = {},
): Promise<number> {
  const { kind } = decision
  const artefacts = decision.kind === 'approve' ? decision.artefacts : []
  const body =
    kind === 'approve' ? { digest, decision: kind, artefacts } : { digest, decision: kind, reason: 'other' }
  const { status } = await rig.api(`/api/holds/${hold.id}/decision`, body, reviewer)
  if (status === 200) hold.taken.push({ kind, artefacts })
  return status
}

const approve = fc.constantFrom(...ARTEFACTS).chain((artefacts) =>
  onHold(`approve ${artefacts}`, async (hold, rig) => {
    const status = await decide(rig, hold, { kind: 'approve', artefacts })
    if (hold.isAltered && artefacts.some((name) => name === 'scoring_stdout')) expect(status).toBe(409)
  }),
)
const STEPS: readonly fc.Arbitrary<Step>[] = [
  step('deposit', deposit),
  step('deposit', deposit),
  approve,
  approve,
  onHold('reject', async (hold, rig) => void (await decide(rig, hold, { kind: 'reject' }))),
  onHold('two reviewers at once', async (hold, rig) => {
    await Promise.all([
      decide(rig, hold, { kind: 'approve', artefacts: ['scores'] }),
      decide(rig, hold, { kind: 'reject' }, { reviewer: 'second-reviewer' }),
    ])
  }),
  onHold('a double click', async (hold, rig) => {
    const twice = [1, 2].map(() => decide(rig, hold, { kind: 'approve', artefacts: ['scores'] }))
    await Promise.all(twice)
  }),
  onHold('approve over the digest of another', async (hold, rig, { holds }) => {
    const other = holds.find(({ digest }) => digest !== hold.digest)
    if (other === undefined) return
    const decision = { kind: 'approve', artefacts: ['scores'] } as const
    expect(await decide(rig, hold, decision, { digest: other.digest })).toBe(409)
  }),
  onHold('cancel', async (hold, rig) => {
    hold.isUnwanted = true
    rig.platform.unwanted.add(hold.jobId)
    rig.passTime(31)
  }),
  onHold('alter the vault', async (hold, rig) => {
    hold.isAltered = true
    await writeFile(rig.blobFile(hold.log), CHANGE)
  }),
  onHold('restore the vault', restore),
  step('half a day', async (rig) => rig.passTime(12 * HOUR)),
  step('a minute', async (rig) => rig.passTime(61)),
  fc
    .constantFrom(-30, -2, 2, 30)
    .chain((hours) => step(`the clock is set by ${hours} h`, async (rig) => rig.setClock(hours * HOUR))),
  step('the platform goes away', async (rig, known) => {
    if (known.isPlatformUp) await rig.platform.down()
    known.isPlatformUp = false
  }),
  step('the platform comes back', platformUp),
  step('the desk is restarted', async (rig) => {
    await rig.stopDesk()
    await rig.startDesk()
  }),
]

async function deposit(rig: DeskRig, { holds }: Known): Promise<void> {
  const log = `the log of run ${holds.length}\n`
  const made = await rig.deposit({ files: { ...HONEST_RUN, 'logs/scoring_stdout': log } })
  for (const reviewer of ['first-reviewer', 'second-reviewer']) await rig.seeAll(made.id, reviewer)
  const { manifestDigest: digest, job } = made.deposit
  const nothing = { taken: [], isUnwanted: false, isAltered: false }
  holds.push({ id: made.id, digest, jobId: job.jobId, log, ...nothing })
}

async function restore(hold: KnownHold, rig: DeskRig): Promise<void> {
  hold.isAltered = false
  const file = rig.blobFile(hold.log)
  if ((await readFile(file, 'utf8').catch(() => hold.log)) === CHANGE) await writeFile(file, hold.log)
}

async function platformUp(rig: DeskRig, known: Known): Promise<void> {
  if (!known.isPlatformUp) await rig.platform.up()
  known.isPlatformUp = true
}

/** Lets everything come to its end: nothing is altered or away any more, and time passes. */
async function settle(rig: DeskRig, known: Known): Promise<void> {
  await platformUp(rig, known)
  for (const hold of known.holds) await restore(hold, rig)
  // What stopped is taken up when the desk starts.
  await rig.stopDesk()
  await rig.startDesk()
  for (const hold of known.holds) {
    await until(`hold ${hold.id} to end`, async () => {
      const { state, publishing } = await rig.show(hold.id)
      if (state === 'released' || state === 'closed') return true
      if (state === 'approved' && publishing.at(-1)?.state === 'refused') return true
      rig.passTime(6 * HOUR)
      return undefined
    })
  }
}

function requireOneEnd(rig: DeskRig, hold: KnownHold): void {
  const told = rig.platform.outcomes.filter((outcome) => outcome.hold === hold.digest)
  const ends = told.filter(({ kind }) => kind !== 'awaiting-validation')
  expect(hold.taken.length).toBeLessThanOrEqual(1)
  expect(ends.length).toBeLessThanOrEqual(1)
  expect(told.length - ends.length).toBeLessThanOrEqual(1)
  const [decision] = hold.taken
  const [end] = ends
  if (!hold.isUnwanted) expect(ends).toHaveLength(1)
  if (end !== undefined) expect(endWords(end)).toEqual(expectedEnd(decision))
  for (const [name, bytes] of uploadsOf(rig, hold)) {
    // Nothing of a hold is at the platform without an acknowledged approval of just that.
    expect(decision?.kind).toBe('approve')
    expect(decision?.artefacts).toContain(name)
    if (name === 'scoring_stdout') expect(bytes.toString()).toBe(hold.log)
  }
}

function endWords(end: Outcome): unknown {
  if (end.kind !== 'released') return end.kind === 'failed' ? end.reason : end.kind
  return [...(end.scores.length > 0 ? ['scores'] : []), ...end.artefacts.map(({ name }) => name)]
}

function expectedEnd(decision: KnownHold['taken'][number] | undefined): unknown {
  if (decision === undefined) return 'validation-timed-out'
  return decision.kind === 'reject' ? 'not-released' : [...decision.artefacts]
}

function uploadsOf(rig: DeskRig, hold: KnownHold): [string, Buffer][] {
  const prefix = `${hold.jobId}/`
  return [...rig.platform.artefacts]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, bytes]) => [key.slice(prefix.length), bytes])
}

describe('any interleaving of deposits, decisions, deadlines, cancellations, restarts, clocks and altered files', () => {
  it('gives each hold one end, told once, and lets nothing out without a decision over exactly that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands([...STEPS], { maxCommands: 25, size: 'max' }), async (commands) => {
        await using rig = await DeskRig.start({ policy: POLICY.replace('retention: 1d', 'retention: 999d') })
        const known: Known = { holds: [], isPlatformUp: true }
        await deposit(rig, known)
        await fc.asyncModelRun(() => ({ model: known, real: rig }), commands)
        await settle(rig, known)
        for (const hold of known.holds) requireOneEnd(rig, hold)
        expect(rig.platform.received()).not.toContain(CHANGE.trim())
      }),
      { numRuns: 12, endOnFailure: true },
    )
  })
})
