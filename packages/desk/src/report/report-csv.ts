import { csvLine } from '../csv-line.ts'
import type { Month } from './month.ts'
import type { Counts, ReportNumbers } from './report-numbers.ts'

/** The numbers of a report as CSV: one number a line, with what it counts. */
export function reportCsv({ name }: Month, numbers: ReportNumbers): string {
  const { total, competitions, reviewers, days, speeds } = numbers
  const rows: (readonly [part: string, of: string, what: string, number: number | undefined])[] = [
    ...countRows('all', '', total),
    ...competitions.flatMap((one) => countRows('competition', `${one.title} (${one.platform})`, one)),
    ...reviewers.flatMap((one) => countRows('reviewer', one.name, one)),
    ...days.flatMap(({ day, deposited, decided }) => [
      ['day', day, 'deposited', deposited] as const,
      ['day', day, 'decided', decided] as const,
    ]),
    ...speeds.map(({ label, count }) => ['time to decision, up to', label, 'decisions', count] as const),
    ...[...numbers.artefacts].map(([of, count]) => ['what left', of, 'releases', count] as const),
    ...[...numbers.failures].map(([of, count]) => ['failure', of, 'runs', count] as const),
    ...[...numbers.expiries].map(([of, count]) => ['expired', of, 'holds', count] as const),
    ['all', '', 'failed sign-ins', numbers.failedSignIns],
    ['all', '', 'alarms', numbers.alarms.length],
    ['all', '', 'changes of policy and key', numbers.rules.length],
  ]
  const lines = rows.map(([part, of, what, number]) => csvLine([name, part, of, what, number ?? '']))
  return csvLine(['month', 'part', 'of', 'what', 'number']) + lines.join('')
}

const COUNT_WORDS = {
  deposited: 'deposited',
  failedRuns: 'failed runs',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  automatic: 'approved by the policy',
  released: 'released',
  medianSeconds: 'median seconds to decision',
  ninetiethSeconds: '90th percentile of seconds to decision',
} as const satisfies Record<keyof Counts, string>

function countRows(part: string, of: string, counts: Partial<Counts>) {
  return Object.entries(COUNT_WORDS).flatMap(([key, what]) => {
    const entry = Object.entries(counts).find(([name]) => name === key)
    const value = typeof entry?.[1] === 'number' ? Math.round(entry[1]) : undefined
    return entry === undefined ? [] : [[part, of, what, value] as const]
  })
}
