import { bitsInWords, COUNTABLE_BITS, fitsBudget } from '@scoregate/gate/ledger'
import { Callout } from '@scoregate/ui/feedback'
import { Card, Stack } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import type { HoldLedger } from './ledger.ts'

/** What the participant of a hold has learned at most, and what releasing it would add. */
export const LedgerCard: FC<{ ledger: HoldLedger }> = ({ ledger }) => {
  const { learnedBits, addedBits, budgetBits } = ledger
  return (
    <Card title="What the participant can have learned">
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
        {addedBits !== undefined && !fitsBudget({ learnedBits, addedBits, budgetBits }) && (
          <Callout tone="warn">
            That is more than the policy allows. Release less, as far as it then fits, or reject.
          </Callout>
        )}
        {Math.max(learnedBits, addedBits ?? 0) > COUNTABLE_BITS && (
          <p class="muted">Files can carry anything: look at them as closely as at the data itself.</p>
        )}
        <p class="muted">One bit is the answer to one question of yes or no.</p>
      </Stack>
    </Card>
  )
}
