import { CHECK_WORDS, RANK_WORDS } from '@scoregate/gate/check-words'
import { FINDING_RANKS, type Finding, type FindingCounts, type FindingRank } from '@scoregate/gate/finding'
import { Badge } from '@scoregate/ui/badge'
import { InertName } from '@scoregate/ui/facts'
import { Callout, Progress } from '@scoregate/ui/feedback'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { Card, Cluster, Stack } from '@scoregate/ui/layout'
import type { Child, FC } from 'hono/jsx'
import type { Hold } from '../holds/hold-record.ts'
import { SECTION_WORDS } from '../holds/hold-words.ts'
import { paths } from '../paths.ts'
import { isForPolicy } from './approve-by-policy.ts'
import { type HoldChecks, requiredFailures } from './hold-checks.ts'

const RANK_LOOKS = {
  critical: { tone: 'bad', icon: 'cross-circle' },
  serious: { tone: 'warn', icon: 'alert' },
  notice: { tone: 'info', icon: 'info' },
} as const satisfies Record<FindingRank, { tone: string; icon: string }>

/** What a reviewer sees of the bytes before the place of a finding, in bytes. */
const CONTEXT_BYTES = 256

/** So many are in sight, the worst; two hundred would push the decision out of it. */
const SHOWN_AT_ONCE = 5

/** See `FindingsCard`. */
export interface FindingsCardProps {
  readonly hold: Hold
  /** Undefined for a hold that is older than the checks. */
  readonly checks: HoldChecks | undefined
  readonly findings: readonly Finding[]
}

/** What the checks found in a hold, the worst first; or that they are still looking, or did not get through. */
export const FindingsCard: FC<FindingsCardProps & { footer?: Child | undefined }> = ({
  hold,
  checks,
  findings,
  footer,
}) => (
  <Card title="Findings" id="findings" description={descriptionOf(checks)} footer={footer}>
    <Stack>
      <State hold={hold} checks={checks} />
      {checks?.state === 'ended' && findings.length === 0 && (
        <Callout tone="good" title="No findings">
          The checks ended and found nothing. What each looks for, and what it misses, is in{' '}
          <a href={paths.checks}>the list of checks</a>.
        </Callout>
      )}
      <FindingList hold={hold} findings={findings.slice(0, SHOWN_AT_ONCE)} />
      {findings.length > SHOWN_AT_ONCE && (
        <details>
          <summary>{findings.length - SHOWN_AT_ONCE} more, of the same rank or below</summary>
          <FindingList hold={hold} findings={findings.slice(SHOWN_AT_ONCE)} />
        </details>
      )}
      {checks !== undefined && <MoreFindings counts={checks.counts} shown={findings.length} />}
    </Stack>
  </Card>
)

function descriptionOf(checks: HoldChecks | undefined): string | undefined {
  if (checks?.state !== 'ended') return undefined
  const words = countWords(checks.counts)
  return words === undefined ? undefined : `${words}. For this site alone: none of this leaves.`
}

/** `1 critical, 2 serious, 1 notice`; undefined where nothing was found. */
export function countWords(counts: FindingCounts): string | undefined {
  const words = FINDING_RANKS.filter((rank) => counts[rank] > 0).map(
    (rank) => `${counts[rank]} ${rank === 'notice' && counts[rank] > 1 ? 'notices' : rank}`,
  )
  return words.length === 0 ? undefined : words.join(', ')
}

const State: FC<{ hold: Hold; checks: HoldChecks | undefined }> = ({ hold, checks }) => {
  if (checks === undefined) {
    return <Callout tone="info">This hold is older than the checks, so none has looked at it.</Callout>
  }
  switch (checks.state) {
    case 'waiting':
    case 'running':
      return <Unended hold={hold} checks={checks} />
    case 'skipped':
      return <Callout tone="info">This hold was decided before the checks came to it.</Callout>
    case 'ended':
      return <Ended hold={hold} checks={checks} />
  }
}

const Unended: FC<{ hold: Hold; checks: HoldChecks }> = ({ hold, checks }) => (
  <Callout
    tone="info"
    title={
      checks.state === 'waiting' ? 'The checks have not begun yet' : 'The checks are looking at this hold'
    }
  >
    <Stack gap="tight">
      {checks.state === 'running' && (
        <Progress
          label="Looked at"
          value={checks.checkedBytes}
          max={Math.max(1, checks.totalBytes)}
          note={`${fileSizeWords(checks.checkedBytes)} of ${fileSizeWords(checks.totalBytes)}`}
        />
      )}
      <span>
        {hold.rules.checks.approval === 'after-checks'
          ? 'Nothing can be approved before they have ended. Refresh this page in a moment; you can reject at any time.'
          : 'The policy of this site lets you decide without them. Refresh this page in a moment to see what they found.'}
      </span>
    </Stack>
  </Callout>
)

const Ended: FC<{ hold: Hold; checks: HoldChecks }> = ({ hold, checks }) => {
  const required = requiredFailures(checks, hold.rules.checks)
  if (required.length > 0) {
    return (
      <Callout tone="bad" title="A check that the policy requires did not get through">
        Nobody has looked for what it looks for, so this hold can only be rejected.
      </Callout>
    )
  }
  if (checks.failed.length > 0) {
    return (
      <Callout tone="bad" title="Not everything was checked">
        What is not among the findings may be there all the same.
      </Callout>
    )
  }
  const stands = checks.counts.critical + checks.counts.serious > 0
  if (!isForPolicy(hold) || hold.state !== 'awaiting' || !stands) return null
  return (
    <Callout tone="warn" title="A person must look, because of these findings">
      Neither the policy nor the organizer asks for a review here; without them the policy would have approved
      it.
    </Callout>
  )
}

const FindingList: FC<{ hold: Hold; findings: readonly Finding[] }> = ({ hold, findings }) =>
  findings.length === 0 ? null : (
    <ul class="finding-list">
      {findings.map((finding) => (
        <FindingItem hold={hold} finding={finding} />
      ))}
    </ul>
  )

const FindingItem: FC<{ hold: Hold; finding: Finding }> = ({ hold, finding }) => {
  const words = CHECK_WORDS[finding.check]
  const { tone, icon } = RANK_LOOKS[finding.rank]
  return (
    <li class="finding">
      <Stack gap="tight">
        <Cluster gap="tight">
          <Badge tone={tone} icon={icon}>
            {RANK_WORDS[finding.rank]}
          </Badge>
          <strong>{finding.what}</strong>
        </Cluster>
        <span>
          <Place hold={hold} finding={finding} />
          {finding.sample !== undefined && (
            <>
              {': '}
              <InertName text={finding.sample} isMonospace />
            </>
          )}
        </span>
        <span class="muted">
          {words.why} <a href={paths.check(finding.check)}>{words.title}</a>
        </span>
      </Stack>
    </li>
  )
}

const Place: FC<{ hold: Hold; finding: Finding }> = ({ hold, finding: { place } }) => {
  switch (place.kind) {
    case 'hold':
      return <>In this hold</>
    case 'run':
      return <>In how it ran</>
    case 'scores':
      return (
        <>
          In the scores file
          {place.key !== undefined && (
            <>
              , <InertName text={place.key} isMonospace />
            </>
          )}
        </>
      )
    case 'file': {
      const number = hold.manifest.entries.findIndex(
        ({ section, path }) => section === place.section && path === place.path,
      )
      return (
        <>
          In{' '}
          <a href={placeHref(hold, number, place)}>
            <InertName text={place.path} isMonospace />
          </a>{' '}
          ({SECTION_WORDS[place.section]}
          {placeWords(place)})
        </>
      )
    }
  }
}

/** To the line, or to the bytes where it has none. */
function placeHref(
  { id }: Hold,
  number: number,
  { line, offset }: { line?: number | undefined; offset?: number | undefined },
): string {
  if (line !== undefined) return `${paths.fileLine(id, number)}?line=${line}`
  if (offset === undefined) return paths.file(id, number)
  return paths.fileView(id, number, { as: 'hex', offset: Math.max(0, offset - CONTEXT_BYTES) })
}

function placeWords({ line, offset }: { line?: number | undefined; offset?: number | undefined }): string {
  if (line !== undefined) return `, line ${line}`
  return offset === undefined ? '' : `, byte ${offset}`
}

const MoreFindings: FC<{ counts: FindingCounts; shown: number }> = ({ counts, shown }) => {
  const all = counts.critical + counts.serious + counts.notice
  return all > shown && shown > 0 ? (
    <p class="muted">And {all - shown} more, which are not kept: the worst of each rank are shown.</p>
  ) : null
}

/** Checks at a glance, for a line of the inbox. */
export const ChecksBadge: FC<{ checks: HoldChecks | undefined }> = ({ checks }) => {
  if (checks === undefined || checks.state === 'skipped') return <span class="muted">Not checked</span>
  if (checks.state !== 'ended') {
    return (
      <Badge tone="progress" icon="half-circle">
        {checks.state === 'waiting' ? 'Not checked yet' : 'Being checked'}
      </Badge>
    )
  }
  const worst = FINDING_RANKS.find((rank) => checks.counts[rank] > 0)
  if (worst === undefined) {
    return (
      <Badge tone="good" icon="check-circle">
        No findings
      </Badge>
    )
  }
  const { tone, icon } = RANK_LOOKS[worst]
  return (
    <Badge tone={tone} icon={icon}>
      {countWords({ critical: 0, serious: 0, notice: 0, [worst]: checks.counts[worst] }) ?? ''}
    </Badge>
  )
}
