import type { ArtefactName } from '@scoregate/protocol/artefact'
import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import { Badge, HoldStateBadge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { DefinitionList, Digest, FileSize, InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Cluster, FoldedCard, PageHeader, Split, Stack } from '@scoregate/ui/layout'
import { absoluteTime } from '@scoregate/ui/plain-time'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { ApprovalRecord } from '../approvals/approval-records.ts'
import { ApprovalsCard } from '../approvals/approvals-card.tsx'
import type { Deciding } from '../approvals/deciding.ts'
import { FindingsCard, type FindingsCardProps } from '../checks/findings-card.tsx'
import { checksTrouble } from '../checks/hold-checks.ts'
import type { ColumnHistory } from '../history/released-history.ts'
import { WhatIsNew } from '../history/what-is-new.tsx'
import { deadlineSentence } from '../holds/deadline-words.ts'
import type { Hold } from '../holds/hold-record.ts'
import { SEAL_REFUSAL_WORDS, SECTION_WORDS } from '../holds/hold-words.ts'
import { ClaimLine } from '../inbox/claim-line.tsx'
import type { Claim } from '../inbox/claims.ts'
import type { HoldLedger } from '../ledger/ledger.ts'
import { LedgerCard } from '../ledger/ledger-card.tsx'
import type { Signing } from '../passkeys/decision-signing.ts'
import { paths } from '../paths.ts'
import type { OutboxItem } from '../release/outbox-queries.ts'
import type { Coverage } from '../viewers/file-view.ts'
import { DecidedCard, PublishingCard } from './decided-card.tsx'
import { DecisionCard } from './decision-card.tsx'
import type { DecisionRecord } from './decision-record.ts'
import { FilesCard, LogsCard, type ShownLog } from './files-card.tsx'
import { type ArtefactLook, looksAt } from './looked-at.ts'
import { ScoresCard } from './scores-card.tsx'

/** See `HoldContent`. */
export interface HoldPageProps extends FindingsCardProps {
  readonly deciding: Deciding
  /** What of the approvals this person may read. */
  readonly approvals: readonly ApprovalRecord[]
  readonly decision: DecisionRecord | undefined
  readonly publishing: readonly OutboxItem[]
  readonly ledger: HoldLedger
  /** What was released before of each column, by its key. */
  readonly history: ReadonlyMap<string, ColumnHistory>
  /** The last hold of the same participant that was decided before. */
  readonly last: Hold | undefined
  readonly logs: readonly ShownLog[]
  readonly logBytes: number
  /** What this reviewer has been shown of the files, by their numbers. */
  readonly seen: ReadonlyMap<number, Coverage>
  readonly filesOffset: number
  /** Why files could not be read from the vault, if they could not. */
  readonly vaultProblem: string | undefined
  /** Absent for whoever reads with a token: forms are for browsers. */
  readonly csrf: string | undefined
  /** Whether and how this reviewer can sign their decision. */
  readonly signing: Signing
  /** Who is looking at it now. */
  readonly claims: readonly Claim[]
  readonly me: string
  readonly now: Date
}

/** So many refusals are listed; a run that makes a million of them must not make a page of a million lines. */
const REFUSALS_SHOWN = 100

/** One hold: what a run produced, all there is to see of it, and where to decide. */
export const HoldContent: FC<HoldPageProps> = (props) => {
  const { hold, now } = props
  return (
    <div class="hold-page stack gap-normal">
      <PageHeader
        title={showInertLine(hold.job.competition.title)}
        breadcrumbs={[{ label: 'Inbox', href: paths.inbox() }]}
        badges={
          <>
            <HoldStateBadge state={hold.state} />
            {hold.kind === 'failed-run' && <Badge tone="bad">Failed run</Badge>}
            {hold.hostile && (
              <Badge tone="bad" icon="alert">
                Suspicious output
              </Badge>
            )}
          </>
        }
        description={
          <Cluster>
            <span>
              Submission {hold.job.submission.id} by <InertName text={hold.job.participant.username} />
            </span>
            {hold.state === 'awaiting' && props.csrf !== undefined && (
              <ClaimLine id={hold.id} claims={props.claims} me={props.me} csrf={props.csrf} />
            )}
          </Cluster>
        }
        actions={<ButtonLink href={paths.hold(hold.id)}>Refresh</ButtonLink>}
      />
      <Alarms {...props} />
      <Split
        asideLabel="Decision and facts"
        aside={<Aside {...props} looks={looksAt(hold, props.seen)} />}
        rest={<Rest {...props} />}
      >
        {hold.kind === 'failed-run' ? (
          <FailureCallout hold={hold} />
        ) : (
          <ScoresCard scores={hold.scores} history={props.history} />
        )}
        <FindingsCard
          {...{ hold, checks: props.checks, findings: props.findings }}
          footer={<WhatIsNew hold={hold} last={props.last} now={now} />}
        />
      </Split>
    </div>
  )
}

const FailureCallout: FC<{ hold: Hold }> = ({ hold }) => (
  <Callout tone="warn" title="This run failed">
    {REASON_SENTENCES[hold.failure ?? 'worker-failed']}{' '}
    {hold.rules.failures === 'at-once'
      ? 'The participant has been told this sentence. Nobody waits for you: you may release logs, or leave it.'
      : 'The participant has not been told yet; the policy makes even this wait for you.'}
  </Callout>
)

/** What is needed less, or only of some holds. */
const Rest: FC<HoldPageProps> = ({ hold, logs, logBytes, filesOffset, seen, now }) => (
  <>
    {hold.contentRemovedAt !== undefined && (
      <Callout tone="info" title="The files have been removed">
        The site’s retention rule removed them <When at={hold.contentRemovedAt} now={now} />. The record
        stays.
      </Callout>
    )}
    {hold.kind === 'failed-run' && hold.contentRemovedAt === undefined && (
      <LogsCard hold={hold} logs={logs} shownBytes={logBytes} />
    )}
    <FilesCard hold={hold} offset={filesOffset} seen={seen} />
  </>
)

const Alarms: FC<HoldPageProps> = ({ hold, vaultProblem }) => (
  <>
    {hold.alarm !== undefined && hold.state === 'awaiting' && (
      <Callout tone="bad" title="The vault no longer has what was sealed">
        <p>{hold.alarm}</p>
        <p>
          Nothing was approved. When the files are as they were, for example restored from a backup, you can
          approve; you can reject at any time.
        </p>
      </Callout>
    )}
    {hold.alarm !== undefined && hold.state !== 'awaiting' && (
      <Callout tone="bad" title="The release was stopped, and nothing was sent">
        <p>{hold.alarm}</p>
        <p>
          When the files are as they were, for example restored from a backup, start the desk again: it takes
          the release up once more.
        </p>
      </Callout>
    )}
    {hold.state === 'approved' && hold.endedAt !== undefined && (
      <Callout tone="info" title="Approved, but not released: the platform no longer wants this result">
        Nothing of it left. The submission was cancelled or given to another run before the release arrived.
        The decision stays on record; the files follow the retention rule.
      </Callout>
    )}
    {vaultProblem !== undefined && (
      <Callout tone="bad" title="Some files are not as they were sealed">
        {vaultProblem}
      </Callout>
    )}
    {hold.hostile && (
      <Callout tone="bad" title="This run left output that cannot be accepted">
        <p>
          What follows is not among the files, since it cannot be sealed. Nothing of this hold can be
          released.
        </p>
        <ul>
          {hold.manifest.refusals.slice(0, REFUSALS_SHOWN).map((refusal) => (
            <li>
              <InertName text={refusal.shownPath} isMonospace /> in {SECTION_WORDS[refusal.section]}:{' '}
              {SEAL_REFUSAL_WORDS[refusal.kind]}
            </li>
          ))}
        </ul>
        {hold.manifest.refusals.length > REFUSALS_SHOWN && (
          <p>and {hold.manifest.refusals.length - REFUSALS_SHOWN} more</p>
        )}
      </Callout>
    )}
  </>
)

/** Whether there are approvals of which the decision does not tell everything. */
function saysMore({ hold, decision, approvals }: HoldPageProps): boolean {
  if (hold.state === 'awaiting') return approvals.length > 0
  return approvals.length > 1 || (approvals.length > 0 && decision?.kind !== 'approve')
}

const Aside: FC<HoldPageProps & { looks: ReadonlyMap<ArtefactName, ArtefactLook> }> = (props) => {
  const { hold, checks, decision, publishing, ledger, looks, deciding, me, csrf, signing, now } = props
  return (
    <Stack>
      {hold.state === 'awaiting' && csrf !== undefined && (
        <DecisionCard
          {...{ hold, looks, deciding, me, csrf, signing, now }}
          checksTrouble={checksTrouble(checks, hold.rules.checks)}
        />
      )}
      {hold.state === 'awaiting' && csrf === undefined && (
        <Callout tone="info" title="You cannot decide here">
          A reviewer decides, in a browser or by the command line; you see what they see.
        </Callout>
      )}
      {decision !== undefined && <DecidedCard hold={hold} decision={decision} now={now} />}
      {saysMore(props) && (
        <ApprovalsCard approvals={props.approvals} isWaiting={hold.state === 'awaiting'} now={now} />
      )}
      <PublishingCard
        {...{ items: publishing, platform: hold.platform, isWaiting: hold.state === 'awaiting', now }}
      />
      <LedgerCard ledger={ledger} hold={hold} />
      <FactsCard hold={hold} />
    </Stack>
  )
}

const FactsCard: FC<{ hold: Hold }> = ({ hold }) => (
  <FoldedCard title="About this hold" summary={<span class="monospace">{hold.id}</span>}>
    <DefinitionList
      items={[
        { term: 'Hold', value: <span class="monospace">{hold.id}</span> },
        { term: 'Phase', value: <InertName text={hold.job.phase.name} /> },
        { term: 'Task', value: <InertName text={hold.job.task.name} /> },
        { term: 'Submission', value: `${hold.job.submission.id}` },
        { term: 'Submitted file', value: <InertName text={hold.job.submission.fileName} /> },
        { term: 'Attempt', value: `${hold.attempt}` },
        { term: 'Worker', value: <InertName text={hold.worker} /> },
        { term: 'Image', value: <InertName text={hold.job.image} isMonospace /> },
        { term: 'Sealed', value: absoluteTime(new Date(hold.manifest.sealedAt)) },
        { term: 'Deadline', value: deadlineSentence(hold) },
        {
          term: 'Content',
          value: (
            <>
              {hold.fileCount === 1 ? '1 file' : `${hold.fileCount} files`},{' '}
              <FileSize bytes={hold.totalBytes} />
            </>
          ),
        },
        { term: 'Digest', value: <Digest value={hold.manifestDigest} shown="whole" /> },
      ]}
    />
  </FoldedCard>
)
