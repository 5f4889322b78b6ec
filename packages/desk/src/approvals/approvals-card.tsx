import { ARTEFACT_WORDS } from '@scoregate/protocol/artefact'
import { DefinitionList, InertName } from '@scoregate/ui/facts'
import { Card, Stack } from '@scoregate/ui/layout'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { ApproverName } from './approval-notes.tsx'
import type { ApprovalRecord } from './approval-records.ts'

/** What each approval says, as far as whoever looks may read it: their own, and all when the hold is decided. */
export const ApprovalsCard: FC<{ approvals: readonly ApprovalRecord[]; isWaiting: boolean; now: Date }> = ({
  approvals,
  isWaiting,
  now,
}) => (
  <Card
    title={isWaiting ? 'Your approval' : 'The approvals'}
    description={
      isWaiting ? 'Nobody else sees this before the hold is decided.' : 'What both ticked is what may leave.'
    }
  >
    <Stack>
      {approvals.map((approval) => (
        <DefinitionList
          items={[
            { term: 'By', value: <ApproverName approver={approval} /> },
            { term: 'When', value: <When at={approval.at} now={now} /> },
            {
              term: 'Ticked',
              value: approval.artefacts.map((name) => ARTEFACT_WORDS[name]).join(', ') || 'Nothing',
            },
            ...(approval.reason === undefined
              ? []
              : [{ term: 'Reason', value: <InertName text={approval.reason} /> }]),
            ...(approval.note === undefined
              ? []
              : [{ term: 'Note', value: <InertName text={approval.note} /> }]),
          ]}
        />
      ))}
    </Stack>
  </Card>
)
