import { bitsInWords, COUNTABLE_BITS, fitsBudget } from '@scoregate/gate/ledger'
import { ARTEFACT_WORDS } from '@scoregate/protocol/artefact'
import { DefinitionList } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { FoldedCard, Stack } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import type { Hold } from '../holds/hold-record.ts'
import type { HoldLedger } from './ledger.ts'

/** What the participant of a hold has learned at most, and what releasing it would add. */
export const LedgerCard: FC<{ ledger: HoldLedger; hold: Pick<Hold, 'offered' | 'state'> }> = ({
  ledger,
  hold,
}) => {
  const { learnedBits, addedBits, budgetBits } = ledger
  const fits = addedBits === undefined || fitsBudget({ learnedBits, addedBits, budgetBits })
  return (
    <FoldedCard
      title="What they can have learned"
      summary={
        addedBits === undefined
          ? `at most ${bitsInWords(learnedBits)}`
          : `at most ${bitsInWords(learnedBits)}, and ${bitsInWords(addedBits)} more`
      }
      isOpen={!fits}
    >
      <Stack>
        <p>
          This participant has learned at most <strong>{bitsInWords(learnedBits)}</strong> from this
          competition so far
          {addedBits === undefined ? (
            '.'
          ) : (
            <>
              ; this release, with what is ticked at first, adds at most{' '}
              <strong>{bitsInWords(addedBits)}</strong>.
            </>
          )}
        </p>
        {budgetBits !== undefined && <p>The policy lets one participant learn {bitsInWords(budgetBits)}.</p>}
        {!fits && (
          <Callout tone="warn">
            That is more than the policy allows. Release less, as far as it then fits, or reject.
          </Callout>
        )}
        {Math.max(learnedBits, addedBits ?? 0) > COUNTABLE_BITS && (
          <p class="muted">Files can carry anything: look at them as closely as at the data itself.</p>
        )}
        {hold.state === 'awaiting' && hold.offered.length > 0 && (
          <DefinitionList
            items={hold.offered.map(({ name }) => ({
              term: ARTEFACT_WORDS[name],
              value: `at most ${bitsInWords(ledger.offeredBits.get(name) ?? 0)}`,
            }))}
          />
        )}
        <p class="muted">One bit is the answer to one question of yes or no.</p>
      </Stack>
    </FoldedCard>
  )
}
