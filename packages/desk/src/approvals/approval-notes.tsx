import type { Approver } from '@scoregate/gate/approvals'
import { isSamePerson, WHY_NOT_SENTENCES } from '@scoregate/gate/who-may-decide'
import { Button } from '@scoregate/ui/button'
import { InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Form, FormActions } from '@scoregate/ui/form'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { HoldId } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import type { Deciding } from './deciding.ts'

/** Who approved, with the absent reviewer in whose place they did. */
export const ApproverName: FC<{ approver: Approver }> = ({ approver }) => (
  <>
    <InertName text={approver.reviewer} />
    {approver.for !== undefined && (
      <>
        {' '}
        (for <InertName text={approver.for} />)
      </>
    )}
  </>
)

/** What a reviewer must know before they decide: that two must, who has, and whether they may. */
export const ApprovalNotes: FC<{ id: HoldId; deciding: Deciding; me: string; csrf: string; now: Date }> = ({
  id,
  deciding,
  me,
  csrf,
  now,
}) => {
  const { eligibility, needed, first } = deciding
  return (
    <>
      {eligibility.kind === 'may-not' && (
        <Callout tone="warn" title="You cannot decide this hold">
          {WHY_NOT_SENTENCES[eligibility.why]}
        </Callout>
      )}
      {eligibility.kind === 'may' && eligibility.for !== undefined && (
        <Callout tone="info">
          You decide in the place of <InertName text={eligibility.for} />, who is away. Your own name stands
          beside theirs.
        </Callout>
      )}
      {needed === 2 && first === undefined && (
        <Callout tone="info" title="Two reviewers must approve">
          The first approval waits; with the second, what both ticked leaves. Either can reject, and that is
          final.
        </Callout>
      )}
      {first !== undefined && (
        <Callout tone="info" title="Approved first; a second reviewer decides">
          <p>
            By <ApproverName approver={first} />, <When at={first.at} now={now} />.{' '}
            {isSamePerson(first.reviewer, me)
              ? 'The second must be somebody else. Until then you can withdraw yours.'
              : 'What they ticked and wrote is shown when you have decided. What you both tick leaves.'}
          </p>
          {isSamePerson(first.reviewer, me) && (
            <Form action={paths.withdraw(id)} csrf={csrf} label="Withdraw your approval">
              <FormActions>
                <Button>Withdraw my approval</Button>
              </FormActions>
            </Form>
          )}
        </Callout>
      )}
    </>
  )
}
