import { passkeyId } from '@scoregate/gate/cose-key'
import { shortKeyId } from '@scoregate/gate/receipt'
import { ARTEFACT_WORDS } from '@scoregate/protocol/artefact'
import { failureSentence } from '@scoregate/protocol/reason-code'
import { Badge } from '@scoregate/ui/badge'
import { DefinitionList, InertName } from '@scoregate/ui/facts'
import { Card, FoldedCard, Stack } from '@scoregate/ui/layout'
import { When } from '@scoregate/ui/time-left'
import type { Child, FC } from 'hono/jsx'
import { ApproverName } from '../approvals/approval-notes.tsx'
import type { Hold } from '../holds/hold-record.ts'
import { EXPIRY_WORDS } from '../holds/hold-words.ts'
import { paths } from '../paths.ts'
import type { OutboxItem, OutboxState } from '../release/outbox-queries.ts'
import type { PlannedOutcome } from '../release/planned-outcome.ts'
import type { DecisionRecord } from './decision-record.ts'
import { failureIsKnown } from './outcomes-of-decision.ts'
import { reasonWords } from './reject-reasons.ts'

const DECISION_WORDS = {
  approve: 'Approved',
  reject: 'Rejected',
  expire: 'Not decided in time',
  auto: 'Approved by the site’s policy, which asks for no review here',
} as const satisfies Record<DecisionRecord['kind'], string>

/** What was decided, by whom, and what left. */
export const DecidedCard: FC<{ hold: Hold; decision: DecisionRecord; now: Date }> = ({
  hold,
  decision,
  now,
}) => {
  const approved = decision.kind === 'approve' || decision.kind === 'auto'
  const items: { term: string; value: Child }[] = [
    {
      term: 'Decision',
      value: decision.kind === 'expire' ? expiryWords(decision) : DECISION_WORDS[decision.kind],
    },
    { term: 'By', value: <Deciders decision={decision} /> },
    { term: 'When', value: <When at={decision.decidedAt} now={now} /> },
  ]
  if (decision.kind === 'approve' || decision.kind === 'reject') {
    items.push({ term: 'Signed', value: <SignedWords decision={decision} /> })
  }
  if (decision.kind === 'reject' && decision.reason !== undefined) {
    items.push({ term: 'Reason', value: <InertName text={reasonWords(decision.reason)} /> })
  }
  if (decision.note !== undefined)
    items.push({ term: 'Note, for this site', value: <InertName text={decision.note} /> })
  if (!approved && decision.kind === 'reject') {
    items.push({
      term: 'The participant reads',
      value: failureIsKnown(hold)
        ? 'Nothing more: they knew that the run failed'
        : failureSentence('not-released', decision.sentence),
    })
  }
  items.push({
    term: hold.state === 'released' ? 'What left' : 'What may leave',
    value:
      approved && decision.artefacts.length > 0
        ? decision.artefacts.map((name) => ARTEFACT_WORDS[name]).join(', ')
        : 'Nothing',
  })
  return (
    <Card title="Decision">
      <DefinitionList items={items} />
    </Card>
  )
}

/** All who decided. */
const Deciders: FC<{ decision: DecisionRecord }> = ({ decision }) => (
  <>
    {decision.first !== undefined && (
      <>
        <ApproverName approver={decision.first} /> and{' '}
      </>
    )}
    <ApproverName approver={decision} />
  </>
)

const SignedWords: FC<{ decision: DecisionRecord }> = ({ decision: { signatures } }) =>
  signatures.length === 0 ? (
    <span class="muted">No</span>
  ) : (
    <Stack gap="tight">
      {signatures.map(({ reviewer, publicKey }) => (
        <span>
          By <InertName text={reviewer} />, with the passkey{' '}
          <span class="muted monospace nowrap">{shortKeyId(passkeyId(publicKey))}</span>
        </span>
      ))}
    </Stack>
  )

function expiryWords(decision: DecisionRecord): string {
  const { reason } = decision
  return reason === 'deadline' || reason === 'cancelled' || reason === 'superseded'
    ? `Lapsed: ${EXPIRY_WORDS[reason]}`
    : 'Lapsed'
}

const OUTCOME_WORDS = {
  'awaiting-validation': 'A result awaits validation',
  failed: 'The submission failed',
  released: 'What was approved',
  'failure-released': 'Logs and files of the failed run',
} as const satisfies Record<PlannedOutcome['kind'], string>

const STATE_BADGES = {
  pending: { tone: 'progress', icon: 'send', words: 'Being sent' },
  done: { tone: 'good', icon: 'check-circle', words: 'Accepted' },
  refused: { tone: 'neutral', icon: 'ban', words: 'No longer wanted' },
  stopped: { tone: 'bad', icon: 'alert', words: 'Stopped' },
} as const satisfies Record<OutboxState, { tone: string; icon: string; words: string }>

type Publishing = { items: readonly OutboxItem[]; platform: string; now: Date }

/** What the platform was told of a hold, or will be; folded up while nothing is decided and all is well. */
export const PublishingCard: FC<Publishing & { isWaiting: boolean }> = ({ isWaiting, ...publishing }) =>
  isWaiting && publishing.items.every(({ state }) => state === 'done') ? (
    <FoldedCard title="Told to the platform" summary={toldWords(publishing.items)}>
      <InertName text={publishing.platform} />
      <Told {...publishing} />
    </FoldedCard>
  ) : (
    <Card title="Told to the platform" description={<InertName text={publishing.platform} />}>
      <Told {...publishing} />
    </Card>
  )

function toldWords([first]: readonly OutboxItem[]): string {
  if (first === undefined) return 'nothing yet'
  return first.outcome.kind === 'failed' ? 'that the run failed' : 'that a result waits'
}

const Told: FC<Publishing> = ({ items, now }) => (
  <Stack>
    {items.length === 0 && <p class="muted">Nothing yet.</p>}
    {items.map(({ holdId, outcome, state, tries, lastError, nextTryAt, endedAt, receipt }) => (
      <Stack gap="tight">
        <span>{OUTCOME_WORDS[outcome.kind]}</span>
        <span>
          <Badge tone={STATE_BADGES[state].tone} icon={STATE_BADGES[state].icon}>
            {STATE_BADGES[state].words}
          </Badge>{' '}
          {endedAt !== undefined && <When at={endedAt} now={now} />}
        </span>
        {receipt !== undefined && (
          <a href={paths.receipt(holdId, outcome.kind)}>Download the signed receipt</a>
        )}
        {state === 'pending' && tries > 0 && (
          <span class="muted">
            {tries === 1 ? '1 try' : `${tries} tries`} so far; the next <When at={nextTryAt} now={now} />
          </span>
        )}
        {lastError !== undefined && state !== 'done' && (
          <span class="muted">
            <InertName text={lastError} />
          </span>
        )}
      </Stack>
    ))}
  </Stack>
)
