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
import { approvalHindrance, type Deciding } from './deciding.ts'

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
  const isOwn = first !== undefined && isSamePerson(first.reviewer, me)
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
      {eligibility.kind === 'may' && needed === 2 && first === undefined && (
        <Callout tone="info" title="Two reviewers must approve">
          The first approval waits; with the second, what both ticked leaves.
        </Callout>
      )}
      {first !== undefined && (
        <Callout
          tone="info"
          title={isOwn ? 'You approved; a second reviewer decides' : 'Approved by a first reviewer'}
        >
          <p>
            By <ApproverName approver={first} />, <When at={first.at} now={now} />. {firstWords(deciding, me)}
          </p>
          {isOwn && (
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

/** What the first approval means to whoever looks. */
function firstWords(deciding: Deciding, me: string): string {
  const { eligibility, first } = deciding
  if (first !== undefined && isSamePerson(first.reviewer, me))
    return 'The second must be somebody else. Until then you can withdraw yours, or reject.'
  if (eligibility.kind === 'may' && approvalHindrance(deciding, me) !== undefined)
    return 'The second approval must come from somebody else: you decide in each other’s place.'
  const shown = 'You see what they ticked and wrote when it is decided.'
  return eligibility.kind === 'may' ? `${shown} What you both tick leaves.` : shown
}
