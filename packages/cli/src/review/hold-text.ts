import type {
  HoldDetails,
  HoldFile,
  HoldLine,
  HoldListName,
  ShownApprover,
  ShownClaim,
} from '@scoregate/desk/hold-api'
import { type Finding, type FindingRank, worstRank } from '@scoregate/gate/finding'
import { bitsInWords } from '@scoregate/gate/ledger'
import { ARTEFACT_WORDS } from '@scoregate/protocol/artefact'
import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { showInertLine } from '@scoregate/ui/inert-text'
import { timeLeftWords, whenWords } from '@scoregate/ui/plain-time'
import { textTable } from '../print.ts'
import { type Emphasis, emphasise, terminalColumns } from '../terminal.ts'

const EMPTY_LIST = {
  waiting: 'Nothing is waiting for you.',
  failed: 'There are no failed runs.',
  decided: 'Nothing has been decided yet.',
} as const satisfies Record<HoldListName, string>

/** A list of holds for a terminal; text from outside is inert. */
export function holdListText(holds: readonly HoldLine[], list: HoldListName, now: Date): string {
  if (holds.length === 0) return EMPTY_LIST[list]
  const isClaimed = holds.some(({ claims }) => claims.length > 0)
  return textTable(
    [
      'HOLD',
      'COMPETITION',
      'PARTICIPANT',
      'SUBMISSION',
      'SCORES',
      'FINDINGS',
      'ARRIVED',
      list === 'decided' ? 'STATE' : 'TIME LEFT',
      ...(isClaimed ? ['LOOKED AT BY'] : []),
    ],
    holds.map((hold) => [
      hold.id,
      cut(hold.competition, 40),
      cut(hold.participant, 24),
      String(hold.submissionId),
      cut(scoresAtAGlance(hold), 40),
      findingsAtAGlance(hold),
      whenWords(new Date(hold.depositedAt), now),
      list === 'decided' ? hold.state : timeLeftWords(new Date(hold.expiresAt), now),
      ...(isClaimed ? [cut(hold.claims.map(({ reviewer }) => reviewer).join(', '), 24)] : []),
    ]),
    terminalColumns(),
  )
}

/** Who is looking at a hold, and until when; empty where nobody is. */
export function claimText(claims: readonly ShownClaim[]): string {
  if (claims.length === 0) return ''
  const words = claims.map(
    ({ reviewer, until }) => `${showInertLine(reviewer)}, until ${until.slice(11, 16)} UTC`,
  )
  return `being looked at by ${words.join('; and by ')}`
}

/** One hold for a terminal: who and what, the scores, what would leave, the files; text from outside is inert. */
export function holdText(hold: HoldDetails, now: Date): string {
  return [
    ...heading(hold, now),
    ...hostility(hold),
    '',
    'FINDINGS   (for this site alone)',
    ...findings(hold),
    '',
    'SCORES',
    ...scores(hold),
    '',
    'WHAT WOULD LEAVE   (x: unless you say otherwise)',
    ...offered(hold),
    ...learned(hold),
    '',
    'FILES',
    indent(filesTable(hold.files)),
  ].join('\n')
}

/** Sealed files as a table, each with the number by which it can be named, and how much of it was looked at. */
export function filesTable(files: readonly HoldFile[]): string {
  const columns = terminalColumns()
  return textTable(
    ['NO', 'SECTION', 'PATH', 'SIZE', 'YOU HAVE SEEN', 'SHA-256'],
    files.map((file) => [
      String(file.number),
      file.section,
      file.path,
      fileSizeWords(file.sizeBytes),
      seenWords(file),
      file.sha256.slice(0, 16),
    ]),
    columns === undefined ? undefined : columns - INDENT.length,
  )
}

function seenWords({ seenBytes, sizeBytes }: HoldFile): string {
  if (sizeBytes === 0) return 'empty'
  if (seenBytes === 0) return 'nothing yet'
  return seenBytes >= sizeBytes ? 'all of it' : `${Math.floor((100 * seenBytes) / sizeBytes)} %`
}

const INDENT = '  '

function heading(hold: HoldDetails, now: Date): string[] {
  const decided =
    hold.decision === undefined
      ? []
      : [
          `  decided       ${hold.decision.kind} by ${deciderWords(hold.decision)} at ${hold.decision.decidedAt}`,
        ]
  return [
    emphasise(`Hold ${hold.id}: ${hold.state}${hold.hostile ? ', HOSTILE' : ''}`, 'strong'),
    `  competition   ${showInertLine(hold.competition)} / ${showInertLine(hold.phase)} / ${showInertLine(hold.task)}`,
    `  participant   ${showInertLine(hold.participant)}, submission ${hold.submissionId}`,
    `  digest        ${hold.digest}`,
    ...(hold.state === 'awaiting'
      ? [
          `  deadline      ${hold.expiresAt} (${timeLeftWords(new Date(hold.expiresAt), now)})${hold.deadlineCause === 'links' ? ', when the platform stops taking the result' : ''}`,
        ]
      : []),
    ...(hold.approvedFirst === undefined
      ? []
      : [
          `  approved      by ${approverWords(hold.approvedFirst)} at ${hold.approvedFirst.at}; a second reviewer decides`,
        ]),
    ...(hold.claims.length === 0 ? [] : [`  claim         ${claimText(hold.claims)}`]),
    ...(hold.failure === undefined ? [] : [`  failed        ${REASON_SENTENCES[hold.failure]}`]),
    ...decided,
    ...(hold.alarm === undefined ? [] : [emphasise(`  ALARM         ${showInertLine(hold.alarm)}`, 'bad')]),
  ]
}

/** All who decided, each with the absent reviewer in whose place they did. */
function deciderWords(decision: ShownApprover & { first?: ShownApprover | undefined }): string {
  return [...(decision.first === undefined ? [] : [decision.first]), decision]
    .map(approverWords)
    .join(' and ')
}

function approverWords({ reviewer, for: absent }: ShownApprover): string {
  return showInertLine(absent === undefined ? reviewer : `${reviewer} (for ${absent})`)
}

function hostility(hold: HoldDetails): string[] {
  if (!hold.hostile) return []
  return [
    '',
    emphasise('HOSTILE: sealing met what it cannot represent, so this hold can only be rejected.', 'bad'),
    ...hold.refusals.map(
      (refusal) => `  ${refusal.kind}  ${refusal.section}/${showInertLine(refusal.shownPath)}`,
    ),
  ]
}

function scores(hold: HoldDetails): string[] {
  if (hold.scoresProblem !== undefined) return [`  ${showInertLine(hold.scoresProblem)}`]
  return [
    indent(
      textTable(
        ['COLUMN', 'AS WRITTEN', 'WOULD LEAVE', 'NOTES'],
        hold.scores.map((score) => [
          score.title,
          cut(score.written ?? '-', 40),
          score.released ?? '-',
          score.notes.join('; '),
        ]),
      ),
    ),
    ...(hold.undeclaredKeys.length === 0
      ? []
      : [`  Keys that are not declared, and never leave: ${showInertLine(hold.undeclaredKeys.join(', '))}`]),
  ]
}

function offered(hold: HoldDetails): string[] {
  if (hold.offered.length === 0) return ['  nothing can be released']
  return hold.offered.map(
    (item) =>
      `  [${item.ticked ? 'x' : ' '}] ${item.name.padEnd(18)} ${ARTEFACT_WORDS[item.name]}, ${fileSizeWords(item.sizeBytes)}, at most ${bitsInWords(item.bits)}${lookWords(item)}`,
  )
}

/** What nobody looked at cannot be released, unless the policy says so. */
function lookWords({ unseenFiles }: HoldDetails['offered'][number]): string {
  if (unseenFiles === 0) return ''
  return emphasise(
    `; ${unseenFiles === 1 ? '1 file' : `${unseenFiles} files`} you have not seen in full`,
    'warn',
  )
}

function learned({ ledger }: HoldDetails): string[] {
  const { learnedBits, addedBits, budgetBits } = ledger
  const adds = addedBits === undefined ? '' : `; what is ticked adds at most ${bitsInWords(addedBits)}`
  const bound =
    budgetBits === undefined ? '' : ` The policy lets one participant learn ${bitsInWords(budgetBits)}.`
  return [`  This participant has learned at most ${bitsInWords(learnedBits)} so far${adds}.${bound}`]
}

/** `2 critical`: how many of the worst rank. */
export function findingsAtAGlance({ checks }: HoldLine): string {
  if (checks === undefined || checks.state === 'skipped') return 'not checked'
  if (checks.state !== 'ended') return checks.state === 'waiting' ? 'not checked yet' : 'being checked'
  const worst = worstRank(checks.findings)
  return worst === undefined ? 'none' : `${checks.findings[worst]} ${worst}`
}

function findings(hold: HoldDetails): string[] {
  const { checks } = hold
  if (checks?.state === 'running') {
    const done = `${fileSizeWords(checks.checkedBytes)} of ${fileSizeWords(checks.totalBytes)}`
    return [`  The checks are looking at this hold: ${done}.`]
  }
  if (checks?.state !== 'ended') return [`  ${findingsAtAGlance(hold)}`]
  const kept = hold.findings.flatMap((finding) => [
    `  ${emphasise(finding.rank.toUpperCase().padEnd(9), RANK_EMPHASIS[finding.rank])} ${showInertLine(finding.what)}  [${finding.check}]`,
    `            ${placeWords(finding)}${finding.sample === undefined ? '' : `: ${showInertLine(finding.sample)}`}`,
  ])
  const { critical, serious, notice } = checks.findings
  const left = critical + serious + notice - hold.findings.length
  if (kept.length === 0) return ['  none']
  return left > 0 ? [...kept, `  and ${left} more`] : kept
}

const RANK_EMPHASIS = {
  critical: 'bad',
  serious: 'warn',
  notice: 'strong',
} as const satisfies Record<FindingRank, Emphasis>

function placeWords({ place }: Finding): string {
  switch (place.kind) {
    case 'hold':
      return 'in this hold'
    case 'run':
      return 'in how it ran'
    case 'scores':
      return `in the scores file${place.key === undefined ? '' : `, ${showInertLine(place.key)}`}`
    case 'file': {
      const line = place.line === undefined ? '' : `, line ${place.line}`
      const byte = place.offset === undefined ? '' : `, byte ${place.offset}`
      return `in ${place.section}/${showInertLine(place.path)}${line || byte}`
    }
  }
}

/** The scores as they would leave; not inert. */
export function scoresAtAGlance(hold: HoldLine): string {
  if (hold.failure !== undefined) return REASON_SENTENCES[hold.failure]
  return hold.scores
    .filter((score) => score.released !== undefined)
    .map((score) => `${score.title} ${score.released}`)
    .join(', ')
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

function indent(text: string): string {
  return text.replace(/^/gm, INDENT)
}
