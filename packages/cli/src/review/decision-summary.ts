import type { HoldDetails } from '@scoregate/desk/hold-api'
import { reasonWords } from '@scoregate/desk/reject-reasons'
import { bitsInWords } from '@scoregate/gate/ledger'
import { ARTEFACT_WORDS, type ArtefactName } from '@scoregate/protocol/artefact'
import { REJECTION_SENTENCES, type RejectionSentence } from '@scoregate/protocol/reason-code'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { showInertLine } from '@scoregate/ui/inert-text'
import { emphasise } from '../terminal.ts'
import { findingsAtAGlance, scoresAtAGlance } from './hold-text.ts'

/** What somebody is about to decide. */
export type PlannedDecision =
  | { readonly kind: 'approve'; readonly leaving: readonly ArtefactName[] }
  | { readonly kind: 'reject'; readonly reason: string; readonly sentence: RejectionSentence }

/** What a person reads before they confirm: whose hold, what was found, and what leaves by their word. */
export function summaryText(hold: HoldDetails, planned: PlannedDecision): string {
  const head = [
    `Hold ${hold.id} of ${showInertLine(hold.participant)}, submission ${hold.submissionId}`,
    `  competition   ${showInertLine(hold.competition)} / ${showInertLine(hold.phase)} / ${showInertLine(hold.task)}`,
    `  digest        ${hold.digest}`,
    `  findings      ${findingsAtAGlance(hold)}`,
    ...(hold.hostile ? [emphasise('  HOSTILE: sealing met what it cannot represent.', 'bad')] : []),
  ]
  if (planned.kind === 'reject')
    return [
      ...head,
      `  reason        ${showInertLine(reasonWords(planned.reason))}`,
      `  they read     ${REJECTION_SENTENCES[planned.sentence]}`,
    ].join('\n')
  const { leaving } = planned
  const items = hold.offered.filter(({ name }) => leaving.includes(name))
  return [
    ...head,
    leaving.length === 0 ? '  leaves        nothing but the reason of the failure' : '  leaves',
    ...items.map(
      ({ name, sizeBytes, bits }) =>
        `    ${name.padEnd(18)} ${ARTEFACT_WORDS[name]}, ${fileSizeWords(sizeBytes)}, at most ${bitsInWords(bits)}`,
    ),
    ...notLookedAt(items),
    ...(leaving.includes('scores') ? [`      ${showInertLine(scoresAtAGlance(hold))}`] : []),
  ].join('\n')
}

/** What the desk refuses, or warns of: nobody can answer for what they have not seen. */
function notLookedAt(items: HoldDetails['offered']): string[] {
  const unseen = items.filter(({ unseenFiles }) => unseenFiles > 0).map(({ name }) => name)
  return unseen.length === 0
    ? []
    : [emphasise(`  NOT LOOKED AT in full by you: ${unseen.join(', ')}`, 'warn')]
}
