import { filesBits, STATUS_BITS, scoresBits } from '@scoregate/gate/ledger'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { entriesOfArtefact } from '../holds/artefact-entries.ts'
import type { Hold, HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { failureIsKnown, type Verdict } from '../review/outcomes-of-decision.ts'

/** Why bits were charged: a failure that was told before anybody decided, or what was told of a decision. */
export type ChargeCause = 'failure-told' | 'decision'

/** Whose ledger: one participant of one competition at one platform. */
type Learner = {
  readonly platform: string
  readonly job: { readonly competition: { id: number }; readonly participant: { id: number } }
}

/** The most that one artefact of a hold can tell. */
export function artefactBits(hold: Pick<Hold, 'manifest' | 'scores'>, name: ArtefactName): number {
  if (name !== 'scores') return filesBits(entriesOfArtefact(hold.manifest, name))
  return hold.scores.kind === 'read' ? scoresBits(hold.scores.shown.map(({ column }) => column)) : 0
}

/** The most that a decision tells the participant: how the submission ended, unless they know that, and what is released. */
export function decisionBits(hold: Hold, verdict: Verdict): number {
  const status = failureIsKnown(hold) ? 0 : STATUS_BITS
  if (verdict.kind !== 'approve') return status
  return verdict.artefacts.reduce((sum, name) => sum + artefactBits(hold, name), status)
}

/** What the ledger says beside a hold. */
export type HoldLedger = {
  /** The most that the participant has learned so far, this hold included as far as it was decided or told. */
  readonly learnedBits: number
  /** The most that approving with what is ticked would add; undefined once the hold is decided. */
  readonly addedBits: number | undefined
  readonly budgetBits: number | undefined
  /** The most that each artefact that is offered would tell. */
  readonly offeredBits: ReadonlyMap<ArtefactName, number>
}

/** Reads what the ledger says beside a hold. */
export async function readLedger(db: DeskDb, hold: Hold): Promise<HoldLedger> {
  const artefacts = hold.offered.filter(({ ticked }) => ticked).map(({ name }) => name)
  return {
    learnedBits: await findLearnedBits(db, hold),
    addedBits: hold.state === 'awaiting' ? decisionBits(hold, { kind: 'approve', artefacts }) : undefined,
    budgetBits: hold.rules.budgetBits,
    offeredBits: new Map(hold.offered.map(({ name }) => [name, artefactBits(hold, name)])),
  }
}

/** Writes into the ledger what somebody is about to be told; in the transaction of what makes it so. */
export async function chargeBits(
  transaction: DeskTransaction,
  given: { hold: Learner & { id: HoldSummary['id'] }; cause: ChargeCause; bits: number; now: Date },
): Promise<void> {
  const { hold, cause, bits, now } = given
  await transaction
    .insertInto('ledger_entry')
    .values({ hold_id: hold.id, cause, ...rowOf(hold), bits, charged_at: now.toISOString() })
    .execute()
}

/** The most that a participant has learned so far. */
export async function findLearnedBits(db: DeskDb | DeskTransaction, learner: Learner): Promise<number> {
  const { platform, competition_id, participant_id } = rowOf(learner)
  const row = await db
    .selectFrom('ledger_entry')
    .select((eb) => eb.fn.sum<number | null>('bits').as('bits'))
    .where('platform', '=', platform)
    .where('competition_id', '=', competition_id)
    .where('participant_id', '=', participant_id)
    .executeTakeFirst()
  return Number(row?.bits ?? 0)
}

function rowOf({ platform, job }: Learner) {
  return { platform, competition_id: job.competition.id, participant_id: job.participant.id }
}
