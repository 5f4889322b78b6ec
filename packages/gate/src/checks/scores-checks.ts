import type { ScoreColumn } from '@scoregate/protocol/columns'
import { decodeUtf8, shownText } from '../shown-text.ts'
import { readStrictJson, StrictJsonError, type WrittenJson } from '../strict-json.ts'
import type { CheckName, Finding, FindingSource } from './finding.ts'

/** What is looked for in a scores file. */
export const SCORES_CHECKS = [
  'undeclared-keys',
  'out-of-range',
  'extra-digits',
  'not-a-number',
  'nested-values',
] as const satisfies readonly CheckName[]

/** More digits than these below a column's own are told: a double has about 17 in all. */
const TOLERATED_EXTRA_DIGITS = 17
const SHOWN_KEY = 60
const SHOWN_VALUE = 60
/** A reviewer learns nothing from more of the same. */
const MOST_FINDINGS_A_KIND = 20

/**
 * What a scores file says beside its scores. None of it leaves, since scores are written anew; but a program that writes
 * more than it should is one to look at twice (attacks.md, families 10 and 11).
 */
export function checkScores(file: Uint8Array | undefined, columns: readonly ScoreColumn[]): Finding[] {
  if (file === undefined) return []
  const text = decodeUtf8(file)
  if (text === undefined)
    return [finding('not-a-number', 'critical', undefined, 'The scores file is not text.')]
  try {
    const value = readStrictJson(text)
    if (value.kind !== 'object') {
      return [
        finding(
          'nested-values',
          'serious',
          undefined,
          'The scores file is not an object of keys and numbers.',
        ),
      ]
    }
    return checkMembers(value.members, columns)
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    return [finding('not-a-number', 'critical', error.key, 'The scores file cannot be read as strict JSON.')]
  }
}

function checkMembers(members: ReadonlyMap<string, WrittenJson>, columns: readonly ScoreColumn[]): Finding[] {
  const declared = new Map(columns.filter(({ computed }) => !computed).map((column) => [column.key, column]))
  const findings: Finding[] = []
  const undeclared = [...members.keys()].filter((key) => !declared.has(key))
  for (const key of undeclared.slice(0, MOST_FINDINGS_A_KIND)) {
    findings.push(
      finding(
        'undeclared-keys',
        'serious',
        key,
        'The scores file has a key that is no column of the leaderboard.',
      ),
    )
  }
  for (const [key, value] of members) {
    const column = declared.get(key)
    if (value.kind === 'object' || value.kind === 'array') {
      findings.push(
        finding('nested-values', 'serious', key, 'The value is not a number but holds further values.'),
      )
    } else if (value.kind !== 'number') {
      findings.push(finding('not-a-number', 'serious', key, 'The value is not a number.', value.text))
    } else if (column !== undefined) {
      findings.push(...checkNumber(key, value.text, column))
    }
  }
  return limitEach(findings)
}

function checkNumber(key: string, text: string, column: ScoreColumn): Finding[] {
  const findings: Finding[] = []
  const value = Number(text)
  if (column.range !== undefined && !(value >= column.range[0] && value <= column.range[1])) {
    const what = `The value is outside the declared range from ${column.range[0]} to ${column.range[1]}.`
    findings.push(finding('out-of-range', 'serious', key, what, text))
  }
  const digits = text
    .replace(/[eE].*$/, '')
    .replaceAll(/[^0-9]/g, '')
    .replace(/^0+/, '').length
  if (digits > TOLERATED_EXTRA_DIGITS) {
    const what = `The value has ${digits} digits, more than a computer's number holds; ${column.decimals} decimals are declared.`
    findings.push(finding('extra-digits', 'serious', key, what, text))
  }
  return findings
}

function finding(
  check: CheckName,
  rank: Finding['rank'],
  key: string | undefined,
  what: string,
  sample?: string,
): Finding {
  return {
    check,
    rank,
    place: { kind: 'scores', ...(key === undefined ? {} : { key: shownText(key, SHOWN_KEY) }) },
    what,
    ...(sample === undefined ? {} : { sample: shownText(sample, SHOWN_VALUE) }),
    count: 1,
  }
}

function limitEach(findings: readonly Finding[]): Finding[] {
  const counts = new Map<FindingSource, number>()
  return findings.filter(({ check }) => {
    const count = (counts.get(check) ?? 0) + 1
    counts.set(check, count)
    return count <= MOST_FINDINGS_A_KIND
  })
}
