import { SandboxReport } from '@scoregate/sandbox/examine-sandbox'
import { PromiseReport, type PromiseState } from '@scoregate/sandbox/promises'
import { showInert } from '@scoregate/ui/inert-text'
import { z } from 'zod'

/** What `scoregate doctor --json` prints. */
export const DoctorReport = z.strictObject({
  format: z.literal('scoregate-doctor/1'),
  /** The sandbox that a worker with these settings would use; absent if none is usable. */
  chosen: z.enum(['engine', 'bubblewrap']).optional(),
  /** Whether a sandbox is usable, and everything holds that could be checked of it and of the machine. */
  verdict: z.enum(['all-holds', 'something-does-not-hold', 'nothing-usable']),
  sandboxes: z.array(SandboxReport),
  machine: z.array(PromiseReport),
})
export type DoctorReport = z.infer<typeof DoctorReport>

const STATE_WORDS = {
  holds: 'holds',
  'does-not-hold': 'NOT SO',
  'not-checked': 'not checked',
} as const satisfies Record<PromiseState, string>

const VERDICT_WORDS = {
  'all-holds': 'Everything that could be checked holds.',
  'something-does-not-hold': 'Something does not hold; what to do is written beside it.',
  'nothing-usable': 'Nothing on this machine can confine a run, so a worker does not start.',
} as const satisfies Record<DoctorReport['verdict'], string>

const COLUMNS = 80
const STATE_COLUMNS = 13

/** The report for a terminal of 80 columns; text from outside is inert. */
export function doctorText(report: DoctorReport): string {
  const parts = report.sandboxes.map((sandbox) => {
    const use = sandbox.sandbox === report.chosen ? 'a worker uses this' : 'not used'
    return [
      ...wrapped(`Rooms by ${sandbox.what} (${sandbox.usable ? use : 'not usable'})`, ''),
      ...sandbox.problems.flatMap((problem) => wrapped(problem, '  ')),
      // Of a sandbox that cannot be used there is one reason, and it stands above.
      ...(sandbox.usable ? sandbox.promises.flatMap(promiseLines) : []),
    ]
  })
  const machine = ['This machine', ...report.machine.flatMap(promiseLines)]
  const verdict = wrapped(VERDICT_WORDS[report.verdict], '')
  return showInert([...parts, machine, verdict].map((lines) => lines.join('\n')).join('\n\n'))
}

function promiseLines({ state, promise, why, remedy }: PromiseReport): string[] {
  const indent = ' '.repeat(STATE_COLUMNS)
  const [first = '', ...rest] = wrapped(promise, indent)
  return [
    `${STATE_WORDS[state].padEnd(STATE_COLUMNS)}${first.trimStart()}`,
    ...rest,
    ...wrapped(why, `${indent}  `),
    ...(remedy === undefined ? [] : wrapped(`-> ${remedy}`, `${indent}  `)),
  ]
}

/** Breaks between words; a word that is longer than a line has a line of its own. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(/\s+/)) {
    if (line !== indent && line.length + 1 + word.length > COLUMNS) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line]
}
