import { execFile } from 'node:child_process'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zipOf } from '../packages/worker/src/zip-rig.ts'
import { type BenchHub, startHub } from './hub.ts'
import { DETAILED, LARGE, SCORES } from './ordinary-programs.ts'
import { type BenchResult, compare, type Side } from './rounds.ts'
import { type BenchDesk, IMAGE, startBenchDesk, startBenchWorker } from './site.ts'
import { buildPrograms } from './site-process.ts'

const CASES = [
  { name: 'whole run, trivial scoring', source: SCORES, goal: 1.2, rounds: 15 },
  { name: 'whole run, with detailed results', source: DETAILED, goal: 1.2, rounds: 15 },
  { name: 'whole run, 200 MB of output', source: LARGE, goal: 2, rounds: 7 },
]

/** From the lease until the desk has the hold, over the bare `docker run` of the same program with the same limits. */
export async function* benchWholeRun(home: string): AsyncGenerator<BenchResult> {
  await buildPrograms()
  const hub = await startHub()
  const desk = await startBenchDesk(join(home, 'desk'), hub)
  const worker = await startBenchWorker(join(home, 'worker'), hub, desk)
  try {
    for (const { name, source, goal, rounds } of CASES) {
      yield await compare({
        name,
        goal,
        rounds,
        ours: await wholeRun(source, hub, desk),
        theirs: await bareRun(source, home),
      })
    }
  } finally {
    await worker.close()
    await desk.program.close()
    hub.close()
  }
}

const SUBMISSION = { 'predictions.txt': 'a b c d\n' }

async function wholeRun(source: string, hub: BenchHub, desk: BenchDesk): Promise<Side> {
  const archives = {
    submission: await zipOf(SUBMISSION),
    scoringProgram: await zipOf({
      'metadata.yaml': 'command: python3 $program/main.py\n',
      'main.py': source,
    }),
  }
  return {
    name: 'site',
    run: async () => {
      const leased = hub.lease(archives)
      const { jobId, leasedAt } = await leased
      await desk.hold(jobId)
      const seconds = (performance.now() - leasedAt) / 1000
      // The desk's word to the hub belongs to no run; the next one begins when all is still.
      await hub.outcome(jobId, 'awaiting-validation')
      return seconds
    },
  }
}

/** The same program with the same limits, as anybody would start it. */
export async function bareRun(source: string, home: string): Promise<Side> {
  const program = join(home, 'bare-program')
  const predictions = join(home, 'bare-predictions')
  const output = join(home, 'bare-output')
  for (const folder of [program, predictions]) await mkdir(folder, { recursive: true })
  await writeFile(join(program, 'main.py'), source)
  await writeFile(join(predictions, 'predictions.txt'), SUBMISSION['predictions.txt'])
  for (const folder of [home, program, predictions]) await chmod(folder, 0o755)
  const mount = (from: string, to: string, mode: string) => ['--volume', `${from}:${to}:${mode}`]
  return {
    name: 'docker run',
    prepare: async () => {
      await rm(output, { recursive: true, force: true })
      await mkdir(output)
      await chmod(output, 0o777)
    },
    run: async () => {
      await promisify(execFile)('docker', [
        ...['run', '--rm', '--init', '--network=none', '--read-only', '--cap-drop=ALL', '--log-driver=none'],
        ...['--security-opt=no-new-privileges', '--memory=2g', '--cpus=1', '--pids-limit=128'],
        ...['--tmpfs=/tmp', '--user=64000:64000', '--env=PYTHONUNBUFFERED=1'],
        ...mount(program, '/app/program', 'ro'),
        ...mount(predictions, '/app/input/res', 'ro'),
        ...mount(output, '/app/output', 'rw'),
        ...[IMAGE, 'python3', '/app/program/main.py'],
      ])
      return undefined
    },
  }
}
