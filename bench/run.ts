// `npm run bench`: the numbers that docs and issues speak of, each a ratio of two things that this one run measured.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchCodabench } from './codabench.ts'
import { benchInbox } from './inbox.ts'
import { type MachineFacts, machineFacts } from './machine.ts'
import { benchMemory } from './memory.ts'
import { type BenchResult, median } from './rounds.ts'
import { benchSealing } from './sealing.ts'
import { benchViewing } from './viewing.ts'
import { benchWholeRun } from './whole-run.ts'

const BENCHES: Readonly<Record<string, (home: string) => AsyncIterable<BenchResult>>> = {
  sealing: benchSealing,
  'whole-run': benchWholeRun,
  codabench: benchCodabench,
  memory: benchMemory,
  inbox: benchInbox,
  viewing: benchViewing,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, folder: { type: 'string', default: tmpdir() } },
})
const unknown = positionals.filter((name) => BENCHES[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}\n`,
  )
  process.exit(2)
}

const home = await mkdtemp(join(values.folder, 'scoregate-bench-'))
try {
  const machine = machineFacts(home)
  if (!values.json) print(machine)
  const results: BenchResult[] = []
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    for await (const result of bench(home)) {
      results.push(result)
      if (!values.json) process.stdout.write(`${lineOf(result)}\n`)
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`)
} finally {
  await rm(home, { recursive: true, force: true })
}

function print(machine: MachineFacts): void {
  for (const [name, value] of Object.entries(machine)) process.stdout.write(`${name.padEnd(18)}${value}\n`)
  process.stdout.write('\n')
}

function lineOf({ name, unit, value, goal, measured }: BenchResult): string {
  const digits = unit === 'times' ? 2 : 0
  const sides = Object.entries(measured).map(
    ([side, values]) => `${side} ${median(values).toFixed(unit === 'times' ? 3 : 0)}`,
  )
  const verdict = value <= goal ? 'holds' : 'missed'
  return `${name.padEnd(44)}${value.toFixed(digits).padStart(8)} ${unit.padEnd(6)} goal ${goal} ${verdict} (${sides.join(', ')})`
}
