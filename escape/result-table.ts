import type { ControlResult } from './control/replaced-gate.ts'
import { type CaseResult, isAsExpected } from './run-case.ts'

/** The headings of the table, above the columns of `tableLine`. */
export const HEADING = line('family', 'case', 'sandbox', 'outcome', 'bits', 'seconds')

/** One case in one sandbox as a line of the table; what went wrong follows on lines of its own. */
export function tableLine(result: CaseResult): string {
  const { id, family, sandbox, outcome, bits, seconds, expected, trouble, path, log } = result
  const lines = [line(String(family), id, sandbox, outcome, String(Math.round(bits)), seconds.toFixed(1))]
  if (outcome === 'escaped') lines.push(`       got out as: ${path}`)
  else if (outcome !== expected) lines.push(`       expected: ${expected}`)
  if (trouble !== undefined) lines.push(`       could not be played: ${trouble}`)
  if (!isAsExpected(result)) lines.push(...log.map((entry) => `       ${entry}`))
  return lines.join('\n')
}

/** The headings above `controlLine`. */
export const CONTROL_HEADING = controlColumns('case', 'here', 'at the replaced gate', 'bits')

/** One case here and at the gate that this project replaces. */
export function controlLine(
  id: string,
  here: CaseResult | undefined,
  there: ControlResult | { readonly notApplicable: string },
): string {
  const outcome = here?.outcome ?? ''
  return 'outcome' in there
    ? controlColumns(id, outcome, `${there.outcome} as ${there.path}`, String(Math.round(there.bits)))
    : controlColumns(id, outcome, `not comparable: ${there.notApplicable}`, '')
}

function controlColumns(id: string, here: string, there: string, bits: string): string {
  return [id.padEnd(44), here.padEnd(9), bits.padStart(4), there].join('  ').trimEnd()
}

/** The last lines: how many of each outcome, and whether all is as it must be. */
export function summaryOf(results: readonly CaseResult[]): string {
  const count = (outcome: CaseResult['outcome']) => results.filter((one) => one.outcome === outcome).length
  const families = new Set(results.map(({ family }) => family)).size
  const cases = new Set(results.map(({ id }) => id)).size
  const wrong = results.filter((one) => !isAsExpected(one)).length
  return [
    `${cases} cases of ${families} families: ${count('escaped')} escaped, ${count('contained')} contained, ${count('refused')} refused.`,
    wrong === 0 ? 'All came out as they must.' : `${wrong} came out otherwise than they must.`,
  ].join('\n')
}

function line(
  family: string,
  id: string,
  sandbox: string,
  outcome: string,
  bits: string,
  seconds: string,
): string {
  return [
    family.padStart(6),
    id.padEnd(44),
    sandbox.padEnd(10),
    outcome.padEnd(9),
    bits.padStart(4),
    seconds.padStart(7),
  ]
    .join('  ')
    .trimEnd()
}
