import { parseArgs } from 'node:util'
import type { EscapeCase, SandboxName } from './case.ts'
import { playAtReplacedGate } from './control/replaced-gate.ts'
import { loadCases } from './load-cases.ts'
import { CONTROL_HEADING, controlLine, HEADING, summaryOf, tableLine } from './result-table.ts'
import { type CaseResult, isAsExpected } from './run-case.ts'
import { casesFor, openSuite, SANDBOXES } from './suite.ts'

const USAGE = `npm run escape -- [options]

  --only <id>         one case, by its name; may be repeated
  --family <number>   the cases of one family; may be repeated
  --sandbox <name>    engine or bubblewrap; both unless said
  --quick             only the cases that npm test runs
  --heard             prints after each case what the platform heard of its jobs
  --control           plays the same programs at a re-creation of the gate that this project replaces, side by side
  --json              prints {cases: [{id, family, sandbox, outcome, bits}]} and nothing else

Ends with 1 if anything escaped, or if a case came out otherwise than it must.
`

const { values: asked } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    family: { type: 'string', multiple: true },
    sandbox: { type: 'string' },
    quick: { type: 'boolean', default: false },
    heard: { type: 'boolean', default: false },
    control: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (asked.help) process.stdout.write(USAGE)
else process.exitCode = await main()

async function main(): Promise<number> {
  const cases = (await loadCases()).filter(isAsked)
  if (cases.length === 0) {
    process.stderr.write('No case has that name or family. Look at the folders of escape/cases.\n')
    return 2
  }
  if (!asked.json) process.stdout.write(`${HEADING}\n`)
  // Side by side: what takes long in a case is the start of a room, and each sandbox has its own way to that.
  const results = (await Promise.all(askedSandboxes().map((sandbox) => playAll(sandbox, cases)))).flat()
  process.stdout.write(asked.json ? `${jsonOf(results)}\n` : `\n${summaryOf(results)}\n`)
  if (asked.control && !(await playControl(cases, results))) return 1
  return results.every(isAsExpected) ? 0 : 1
}

async function playAll(sandbox: SandboxName, cases: readonly EscapeCase[]): Promise<CaseResult[]> {
  await using suite = await openSuite(sandbox, cases)
  const results: CaseResult[] = []
  for (const attack of casesFor(cases, sandbox)) {
    const result = await suite.play(attack)
    results.push(result)
    if (asked.json) process.stderr.write('.')
    else process.stdout.write(`${tableLine(result)}\n`)
    if (asked.heard && !asked.json) process.stdout.write(`${result.heard.replace(/^/gm, ' '.repeat(8))}\n`)
  }
  const strayed = suite.strayedSecrets()
  if (strayed.length === 0) return results
  throw new Error(`Planted for one case, and brought out by another: ${strayed.join(', ')}.`)
}

/** Prints what the same programs get out of the gate that is replaced; whether all did that must. */
async function playControl(cases: readonly EscapeCase[], results: readonly CaseResult[]): Promise<boolean> {
  process.stdout.write(`\n${CONTROL_HEADING}\n`)
  let isAsExpected = true
  for (const attack of cases) {
    const here = results.find(({ id }) => id === attack.id)
    const there = attack.control === 'escapes' ? await playAtReplacedGate(attack) : attack.control
    if ('outcome' in there && there.outcome !== 'escaped') isAsExpected = false
    process.stdout.write(`${controlLine(attack.id, here, there)}\n`)
  }
  return isAsExpected
}

function askedSandboxes(): readonly SandboxName[] {
  return SANDBOXES.filter((name) => (asked.sandbox ?? name) === name)
}

function isAsked(attack: EscapeCase): boolean {
  return (
    (asked.only?.includes(attack.id) ?? true) &&
    (asked.family?.includes(String(attack.family)) ?? true) &&
    (!asked.quick || attack.quick)
  )
}

function jsonOf(results: readonly CaseResult[]): string {
  const cases = results.map(({ id, family, sandbox, outcome, bits }) => ({
    id,
    family,
    sandbox,
    outcome,
    bits,
  }))
  return JSON.stringify({ cases })
}
