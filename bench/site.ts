import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BenchHub } from './hub.ts'
import { type SiteProcess, startProgram } from './site-process.ts'

/** What containers of the bench run in; it has Python. */
export const IMAGE = process.env['SCOREGATE_BENCH_IMAGE'] ?? 'scoregate-test:latest'

const POLICY = `version: 1
site: Bench
review: { required: always, timeout: 24h }
retention: 1d
limits: { output: 4GiB }
images:
  bench/*: { engine: "${IMAGE}" }
`

const TOKENS = { workerToken: 'worker-token-of-the-bench', personToken: 'person-token-of-the-bench' }

/** A desk in a process of its own. */
export type BenchDesk = {
  readonly url: string
  readonly workerToken: string
  readonly program: SiteProcess
  /** Resolves with the hold of a job, at the moment at which the desk has it. */
  hold(jobId: string): Promise<{ holdId: string }>
  /** A page as a reviewer gets it; `isDone` unless it looks again by itself. */
  page(path: string): Promise<{ page: string; isDone: boolean }>
  /** Approves a hold with all that may be released of it. */
  approve(holdId: string, artefacts: readonly string[]): Promise<void>
}

/** Starts a desk that publishes to `hub`. */
export async function startBenchDesk(
  folder: string,
  hub: Pick<BenchHub, 'url'>,
  policy: string = POLICY,
): Promise<BenchDesk> {
  await mkdir(folder, { recursive: true })
  const policyFile = join(folder, 'policy.yaml')
  await writeFile(policyFile, policy)
  const { program, ready } = await startProgram('desk', {
    dataFolder: join(folder, 'data'),
    policyFile,
    workerToken: TOKENS.workerToken,
    platform: { url: hub.url, siteToken: 'site-token-of-the-bench' },
    person: { username: 'reviewer', password: 'a long enough password', token: TOKENS.personToken },
  })
  const { url } = z.object({ url: z.string() }).parse(ready)
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(url + path, {
      headers: { authorization: `Token ${TOKENS.personToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`the desk answered ${answer.status}: ${await answer.text()}`)
    return await answer.json()
  }
  return {
    url,
    workerToken: TOKENS.workerToken,
    program,
    hold(jobId) {
      const Deposited = z.object({ holdId: z.string(), jobId: z.literal(jobId) })
      return program.next((message) => Deposited.safeParse(message).data)
    },
    async page(path) {
      const answer = await fetch(url + path, { headers: { authorization: `Token ${TOKENS.personToken}` } })
      if (!answer.ok) throw new Error(`the desk answered ${answer.status}: ${await answer.text()}`)
      return { page: await answer.text(), isDone: answer.headers.get('refresh') === null }
    },
    async approve(holdId, artefacts) {
      const Checked = z.object({ digest: z.string(), checks: z.object({ state: z.string() }) })
      const show = async () => Checked.parse(await ask(`/api/holds/${holdId}`))
      let hold = await show()
      // Nothing is approved before the checks have ended.
      for (; hold.checks.state !== 'ended'; hold = await show()) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      const { digest } = hold
      await ask(`/api/holds/${holdId}/decision`, { digest, decision: 'approve', artefacts })
    },
  }
}

/** Starts a worker that takes jobs from `hub` and deposits at `desk`. */
export async function startBenchWorker(folder: string, hub: BenchHub, desk: BenchDesk): Promise<SiteProcess> {
  await mkdir(folder, { recursive: true })
  const { program } = await startProgram('worker', {
    hubUrl: hub.url,
    queueToken: 'queue-token-of-the-bench',
    deskUrl: desk.url,
    deskToken: desk.workerToken,
    dataFolder: folder,
    workerName: 'bench',
  })
  return program
}
