import { join } from 'node:path'
import { CHECK_NAMES } from '../packages/gate/src/checks/finding.ts'
import { readBrokerAddress } from '../packages/worker/src/codabench/broker-address.ts'
import {
  type CodabenchSite,
  type CodabenchSubmission,
  startCodabenchSite,
} from '../packages/worker/src/codabench/codabench-site-rig.ts'
import { startTestBroker } from '../test/rabbitmq-rig.ts'
import { DETAILED, LARGE, PREDICTIONS, SCORES } from './ordinary-programs.ts'
import { type BenchResult, compare, type Side } from './rounds.ts'
import { IMAGE, startBenchDesk } from './site.ts'
import { buildPrograms, startProgram } from './site-process.ts'
import { bareRun } from './whole-run.ts'

/** What a participant hands in: predictions, and for the code submission a program that makes them. */
const RESULTS = { 'predictions.txt': 'a b c d\n' }
const CODE = { 'metadata.yaml': 'command: python3 $program/model.py\n', 'model.py': PREDICTIONS }

/**
 * Codabench's worker on a quiet machine of this kind, as the ratio to the bare run of 0.125 s there; divided by ten with detailed
 * results, and by three with the large output.
 */
const CASES = [
  { name: 'results submission (two jobs)', submission: RESULTS, source: SCORES, goal: 0.203 / 0.125 },
  { name: 'code submission (two containers)', submission: CODE, source: SCORES, goal: 0.304 / 0.125 },
  {
    name: 'trivial scoring job',
    submission: RESULTS,
    source: SCORES,
    goal: 0.174 / 0.125,
    isPredicted: true,
  },
  { name: 'with detailed results', submission: RESULTS, source: DETAILED, goal: 5.05 / 0.125 / 10 },
  { name: '200 MB of output', submission: RESULTS, source: LARGE, goal: 4.6 / 0.125 / 3, rounds: 7 },
] as const

/** How many holds wait while jobs are counted. */
const WAITING = [0, 10, 1000] as const
const JOBS_COUNTED = 10
const ROUNDS = 15

/**
 * From the publication of a submission to the last thing that the platform is told, released by the policy, over the bare
 * `docker run` of its scoring program; and the seconds for ten jobs while so many holds wait.
 */
export async function* benchCodabench(home: string): AsyncGenerator<BenchResult> {
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
    for (const one of CASES) {
      const theirs = await bareRun(one.source, home)
      const rounds = 'rounds' in one ? one.rounds : ROUNDS
      yield await compare({
        ...{ name: `codabench queue, ${one.name}`, goal: one.goal, rounds },
        ...{ ours: submission(codabench, one), theirs },
      })
    }
    yield await whileHoldsWait(codabench)
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

function made(source: string, submission: Record<string, string> = RESULTS): CodabenchSubmission {
  return {
    submission,
    scoringProgram: { 'metadata.yaml': 'command: python3 $program/main.py\n', 'main.py': source },
  }
}

function submission(codabench: CodabenchSite, one: (typeof CASES)[number]): Side {
  const submitted = made(one.source, one.submission)
  // The scoring job alone sends neither predictions nor the streams of a prediction.
  const [submit, uploads] = 'isPredicted' in one ? [codabench.submitPredicted, 4] : [codabench.submit, 7]
  return {
    name: 'site',
    run: async () => {
      const start = performance.now()
      await codabench.heardAll(await submit(submitted), uploads)
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
