import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANNA, BEN, CARLA, THREE, TWO, withdraw } from '../approvals/approvals-rig.ts'
import { readActs } from '../audit/audit-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

const HOUR = 3600

type Approval = { readonly by: string; readonly artefacts: readonly string[] }
/** What was answered to something that a reviewer did: nothing counts that the desk has not acknowledged. */
type Answer =
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'first' | 'second'; readonly approval: Approval }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'refused' }

/** What a test knows of a hold. */
type KnownHold = {
  readonly id: string
  readonly digest: string
  readonly jobId: string
  readonly submissionId: number
  readonly attempt: number
  first: Approval | undefined
  /** The decisions that were acknowledged: the two approvals that stood, or none where it was a rejection. */
  readonly decided: (readonly Approval[])[]
  isSuperseded: boolean
}
type Known = { readonly holds: KnownHold[] }
type Step = fc.AsyncCommand<Known, DeskRig>

const reviewers = fc.constantFrom(ANNA, BEN, CARLA)
const ticked = fc.constantFrom(
  ...([
    ['scores'],
    ['scores', 'scoring_stdout'],
    ['scoring_stdout', 'predictions'],
    ['predictions'],
  ] as const),
)

/** A step that is done to one of the holds there are, the later ones as often as all earlier together. */
function onHold(name: string, act: (hold: KnownHold, rig: DeskRig, known: Known) => Promise<void>) {
  return fc.tuple(fc.nat(20), fc.boolean()).map(([number, isLast]): Step => {
    const chosen = ({ holds }: Known) => holds.at(isLast ? -1 : number % holds.length)
    return {
      check: (known) => chosen(known) !== undefined,
      async run(known, rig) {
        const hold = chosen(known)
        if (hold !== undefined) await act(hold, rig, known)
      },
      toString: () => `${name}(${isLast ? 'last' : number})`,
    }
  })
}

async function approve(rig: DeskRig, hold: KnownHold, approval: Approval): Promise<Answer> {
  const body = { digest: hold.digest, decision: 'approve', artefacts: approval.artefacts }
  const response = await rig.api(`/api/holds/${hold.id}/decision`, body, approval.by)
  if (response.status !== 200) return { kind: 'refused' }
  const { state } = (await response.json()) as { state: string }
  return { kind: state === 'approved' ? 'second' : 'first', approval }
}

async function reject(rig: DeskRig, hold: KnownHold, by: string): Promise<Answer> {
  const body = { digest: hold.digest, decision: 'reject', reason: 'other' }
  const { status } = await rig.api(`/api/holds/${hold.id}/decision`, body, by)
  return { kind: status === 200 ? 'rejected' : 'refused' }
}

async function takeBack(rig: DeskRig, hold: KnownHold, by: string): Promise<Answer> {
  const { status } = await withdraw(rig, hold.id, by)
  return { kind: status === 200 ? 'withdrawn' : 'refused' }
}

/** Of what happened at once, what makes room or stands first came first. */
const ORDER = ['withdrawn', 'first', 'second', 'rejected', 'refused'] as const

/** Notes what was answered, and that it fits what stood. */
function note(hold: KnownHold, answers: readonly Answer[]): void {
  const inOrder = answers.toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind))
  for (const answer of inOrder) {
    if (answer.kind === 'withdrawn') {
      expect(hold.first).toBeDefined()
      hold.first = undefined
    } else if (answer.kind === 'first') {
      expect(hold.first).toBeUndefined()
      hold.first = answer.approval
    } else if (answer.kind === 'second') {
      if (hold.first === undefined) throw new Error('A hold was decided by one approval.')
      hold.decided.push([hold.first, answer.approval])
    } else if (answer.kind === 'rejected') hold.decided.push([])
  }
}

const approval = fc.record({ by: reviewers, artefacts: ticked })

const STEPS: readonly fc.Arbitrary<Step>[] = [
  fc.constant({
    check: () => true,
    run: (known: Known, rig: DeskRig) => deposit(rig, known),
    toString: () => 'deposit',
  }),
  ...[1, 2, 3].map(() =>
    approval.chain((given) =>
      onHold(`${given.by} approves ${given.artefacts}`, async (hold, rig) =>
        note(hold, [await approve(rig, hold, given)]),
      ),
    ),
  ),
  fc
    .tuple(approval, approval)
    .chain(([one, other]) =>
      onHold(`${one.by} and ${other.by} approve at once`, async (hold, rig) =>
        note(hold, await Promise.all([one, other].map((given) => approve(rig, hold, given)))),
      ),
    ),
  fc.tuple(approval, reviewers).chain(([given, by]) =>
    onHold(`${given.by} approves while ${by} withdraws`, async (hold, rig) =>
      // Whose approval is taken back is whose stood before, unless it is their own that comes at the same time.
      note(
        hold,
        given.by === by
          ? [await approve(rig, hold, given)]
          : await Promise.all([approve(rig, hold, given), takeBack(rig, hold, by)]),
      ),
    ),
  ),
  fc
    .tuple(approval, reviewers)
    .chain(([given, by]) =>
      onHold(`${given.by} approves while ${by} rejects`, async (hold, rig) =>
        note(hold, await Promise.all([approve(rig, hold, given), reject(rig, hold, by)])),
      ),
    ),
  reviewers.chain((by) =>
    onHold(`${by} withdraws`, async (hold, rig) => note(hold, [await takeBack(rig, hold, by)])),
  ),
  reviewers.chain((by) =>
    onHold(`${by} rejects`, async (hold, rig) => note(hold, [await reject(rig, hold, by)])),
  ),
  onHold('a later attempt', async (hold, rig, known) => {
    if (hold.isSuperseded) return
    hold.isSuperseded = true
    await deposit(rig, known, hold)
  }),
  ...[HOUR, 20 * HOUR].map((seconds) =>
    fc.constant({
      check: () => true,
      run: async (_: Known, rig: DeskRig) => rig.passTime(seconds),
      toString: () => `${seconds / HOUR} h pass`,
    }),
  ),
  fc.constant({
    check: () => true,
    async run(_: Known, rig: DeskRig) {
      await rig.stopDesk()
      await rig.startDesk()
    },
    toString: () => 'the desk is restarted',
  }),
]

async function deposit(rig: DeskRig, { holds }: Known, before?: KnownHold): Promise<void> {
  const number = holds.length + 1
  const job = before ?? { jobId: `hold-${number}`, submissionId: 100 + number, attempt: 0 }
  const { jobId, submissionId } = job
  const attempt = job.attempt + 1
  const { id, deposit } = await rig.deposit({ jobId, submissionId, attempt })
  const nothing = { first: undefined, decided: [], isSuperseded: false }
  holds.push({ id, digest: deposit.manifestDigest, jobId, submissionId, attempt, ...nothing })
}

async function settle(rig: DeskRig, { holds }: Known): Promise<void> {
  for (const { id } of holds) {
    await until(`hold ${id} to end`, async () => {
      const { state, publishing } = await rig.show(id)
      if (state === 'released' || state === 'closed' || publishing.at(-1)?.state === 'refused') return true
      rig.passTime(6 * HOUR)
      return undefined
    })
  }
}

async function requireTwo(rig: DeskRig, hold: KnownHold, left: Map<string, Set<string>>): Promise<void> {
  expect(hold.decided.length).toBeLessThanOrEqual(1)
  const acts = (await readActs(rig.dataFolder)).flatMap((act) =>
    act.kind === 'decided' && act.hold.id === hold.id ? [act.decision.kind] : [],
  )
  expect(acts.length).toBeLessThanOrEqual(1)
  // What no reviewer decided has lapsed.
  expect(acts.filter((kind) => kind !== 'expire')).toHaveLength(hold.decided.length)
  const outcomes = rig.platform.outcomes.filter((outcome) => outcome.hold === hold.digest)
  const ends = outcomes.filter(({ kind }) => kind !== 'awaiting-validation')
  expect(ends.length).toBeLessThanOrEqual(1)
  const [first, second] = hold.decided[0] ?? []
  const released = ends.find((end) => end.kind === 'released')
  if (first === undefined || second === undefined) {
    expect(released).toBeUndefined()
    return
  }
  expect(first.by).not.toBe(second.by)
  expect((await rig.show(hold.id)).decision).toMatchObject({
    ...{ kind: 'approve', reviewer: second.by, first: { reviewer: first.by } },
  })
  const both = first.artefacts.filter((name) => second.artefacts.includes(name))
  expect(both).not.toEqual([])
  if (!hold.isSuperseded) expect(released).toBeDefined()
  if (released?.kind !== 'released') return
  const told = [
    ...(released.scores.length > 0 ? ['scores'] : []),
    ...released.artefacts.map(({ name }) => name),
  ]
  expect(told.toSorted()).toEqual(both.toSorted())
  for (const name of both) left.set(hold.jobId, (left.get(hold.jobId) ?? new Set()).add(name))
}

describe('two reviewers in any interleaving', () => {
  it('release only what both ticked, only if two people approved and neither took it back, and decide once', async () => {
    let releases = 0
    await fc.assert(
      fc.asyncProperty(fc.commands([...STEPS], { maxCommands: 25, size: 'max' }), async (commands) => {
        await using rig = await DeskRig.start({
          policy: TWO.replace('retention: 1d', 'retention: 999d'),
          config: THREE,
        })
        const known: Known = { holds: [] }
        await deposit(rig, known)
        await fc.asyncModelRun(() => ({ model: known, real: rig }), commands)
        await settle(rig, known)
        const left = new Map<string, Set<string>>()
        for (const hold of known.holds) await requireTwo(rig, hold, left)
        // Nothing is at the platform but what left by two approvals.
        for (const key of rig.platform.artefacts.keys()) {
          const [jobId = '', name = ''] = key.split('/')
          expect(left.get(jobId)).toContain(name)
        }
        releases += left.size
      }),
      { numRuns: 8, endOnFailure: true },
    )
    // The control: some were released.
    expect(releases).toBeGreaterThan(0)
  }, 600_000)
})
