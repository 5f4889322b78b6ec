import { join } from 'node:path'
import { CHECK_NAMES } from '../packages/gate/src/checks/finding.ts'
import { readBrokerAddress } from '../packages/worker/src/codabench/broker-address.ts'
import {
  type CodabenchSite,
  type CodabenchSubmission,
  startCodabenchSite,
} from '../packages/worker/src/codabench/codabench-site-rig.ts'
import { startTestBroker } from '../test/rabbitmq-rig.ts'
import { DETAILED, LARGE, SCORES } from './ordinary-programs.ts'
import { type BenchResult, compare, type Side } from './rounds.ts'
import { IMAGE, startBenchDesk } from './site.ts'
import { buildPrograms, startProgram } from './site-process.ts'
import { bareRun } from './whole-run.ts'

/** Codabench's worker on a quiet machine of this kind, as the ratio to the bare run of 0.125 s there. */
const CASES = [
  { name: 'codabench queue, results submission (two jobs)', source: SCORES, goal: 0.203 / 0.125, rounds: 15 },
  { name: 'codabench queue, with detailed results', source: DETAILED, goal: 5.05 / 0.125 / 10, rounds: 15 },
  { name: 'codabench queue, 200 MB of output', source: LARGE, goal: 4.6 / 0.125 / 3, rounds: 7 },
] as const

/** How many holds wait while jobs are counted. */
const WAITING = [0, 10, 1000] as const
const JOBS_COUNTED = 10

/**
 * From the publication of a submission to the last thing that the platform is told, released by the policy, over the bare
 * `docker run` of its scoring program; and the seconds for ten jobs while so many holds wait.
 */
export async function benchCodabench(home: string): Promise<BenchResult[]> {
  await buildPrograms()
  await using rabbit = await startTestBroker()
  await using codabench = await startCodabenchSite({ rabbit, generation: 2 })
  const reading = readBrokerAddress(rabbit.queueUrl, { useTls: false })
  if (reading.kind === 'wrong') throw new Error(reading.why)
  const desk = await startBenchDesk(
    join(home, 'codabench-desk'),
    { url: codabench.origin },
    policyFor(codabench),
  )
  const { program: worker } = await startProgram('broker-worker', {
    broker: reading.address,
    deskUrl: desk.url,
    deskToken: desk.workerToken,
    dataFolder: join(home, 'codabench-worker'),
    workerName: 'bench',
  })
  try {
    const results: BenchResult[] = []
    for (const { name, source, goal, rounds } of CASES) {
      const theirs = await bareRun(source, home)
      results.push(await compare({ name, goal, rounds, ours: submission(codabench, source), theirs }))
    }
    results.push(await whileHoldsWait(codabench))
    return results
  } finally {
    await worker.close()
    await desk.program.close()
  }
}

function policyFor(codabench: CodabenchSite): string {
  return `version: 1
site: Bench
review: { required: when-asked, timeout: 24h }
release: { ticked: [scores, detailed_results, output] }
retention: 1d
limits: { output: 4GiB }
checks: { run: { ${CHECK_NAMES.map((name) => `${name}: "off"`).join(', ')} } }
images:
  test/*: { engine: "${IMAGE}" }
codabench:
  - api: ${codabench.api}
    competition: { id: 1, title: Bench }
    columns: [{ key: accuracy }]
`
}

function made(source: string): CodabenchSubmission {
  return {
    submission: { 'predictions.txt': 'a b c d\n' },
    scoringProgram: { 'metadata.yaml': 'command: python3 $program/main.py\n', 'main.py': source },
  }
}

function submission(codabench: CodabenchSite, source: string): Side {
  return {
    name: 'site',
    run: async () => {
      const start = performance.now()
      const id = await codabench.submit(made(source))
      await codabench.heardAll(id)
      return (performance.now() - start) / 1000
    },
  }
}

/** The worst of ten jobs with 10 or 1,000 holds waiting over ten with none: a hold takes nothing from the next job. */
async function whileHoldsWait(codabench: CodabenchSite): Promise<BenchResult> {
  const measured: Record<string, number[]> = {}
  let waiting = 0
  for (const count of WAITING) {
    for (; waiting < count; waiting += 1) {
      const id = await codabench.submit({ ...made(SCORES), humanInTheLoop: true })
      await codabench.untilStatus(id, 'Awaiting validation')
    }
    const start = performance.now()
    for (let jobs = 0; jobs < JOBS_COUNTED; jobs += 1)
      await codabench.heardAll(await codabench.submit(made(SCORES)))
    measured[`${count} holds wait`] = [(performance.now() - start) / 1000]
  }
  const [none = 1, ...others] = Object.values(measured).map(([seconds]) => seconds ?? 0)
  return {
    name: 'codabench queue, ten jobs while holds wait',
    unit: 'times',
    value: Math.max(...others) / none,
    goal: 1.1,
    measured,
  }
}
