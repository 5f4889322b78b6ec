import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { DeskRig, WORKER_TOKEN } from '../packages/desk/src/desk-rig.ts'
import { readBrokerAddress } from '../packages/worker/src/codabench/broker-address.ts'
import {
  type CodabenchSite,
  startCodabenchSite,
} from '../packages/worker/src/codabench/codabench-site-rig.ts'
import { CODE, pythonProgram, RESULTS } from '../packages/worker/src/test-programs-rig.ts'
import { findTestSandboxes } from '../packages/worker/src/test-sandboxes-rig.ts'
import { startBrokerWorker, type Worker } from '../packages/worker/src/work.ts'
import { until } from './installation-rig.ts'
import { brokerTrouble, startTestBroker, type TestBroker } from './rabbitmq-rig.ts'

const trouble = brokerTrouble()
const [sandbox] = await findTestSandboxes()

const WITHHELD = 'The data owner withheld this.'

describe.skipIf(trouble !== undefined)(
  `a site on a Codabench queue${trouble === undefined ? '' : `: ${trouble}`}`,
  () => {
    let rabbit: TestBroker
    beforeAll(async () => {
      rabbit = await startTestBroker()
    }, 120_000)
    afterAll(async () => rabbit[Symbol.asyncDispose]())

    /** A platform, its broker, a desk and a worker: what a worker's owner has, and the site that they cannot change. */
    async function start(options: { knowsWaiting?: boolean; generation?: 1 | 2; policy?: string } = {}) {
      if (sandbox === undefined) throw new Error('there is no sandbox')
      const connection = await rabbit.connect()
      await (await connection.createChannel()).deleteQueue('compute-worker')
      await connection.close()
      const codabench = await startCodabenchSite({ rabbit, ...options })
      const { name, image } = sandbox
      const desk = await DeskRig.start({
        policy: `version: 1
site: Test site
images: { "test/*": { ${name}: "${image}" } }
codabench:
  - api: ${codabench.api}
    competition: { id: 44, title: Sepsis }
    columns: [{ key: accuracy, title: Accuracy, decimals: 2, range: [0, 1] }]
    waiting_status: ${options.knowsWaiting ?? true}
${options.policy ?? ''}`,
      })
      const dataFolder = await mkdtemp(join(tmpdir(), 'scoregate-codabench-'))
      const workers: Worker[] = []
      const folders = [dataFolder]
      const startWorker = async (folder = dataFolder) => {
        const reading = readBrokerAddress(rabbit.queueUrl, { useTls: false })
        if (reading.kind === 'wrong') throw new Error(reading.why)
        const worker = await startBrokerWorker(
          {
            deskUrl: desk.url,
            deskToken: WORKER_TOKEN,
            dataFolder: folder,
            workerName: 'worker 1',
            broker: reading.address,
          },
          { sandbox: sandbox.sandbox, log: pino({ level: 'silent' }), pace: { firstMs: 20, longestMs: 200 } },
        )
        workers.push(worker)
        return worker
      }
      await startWorker()
      return {
        codabench,
        desk,
        /** Another worker of the site, on a machine of its own. */
        async startAnotherWorker() {
          const folder = await mkdtemp(join(tmpdir(), 'scoregate-codabench-'))
          folders.push(folder)
          await startWorker(folder)
        },
        /** The hold of a submission, when it waits and its checks have ended. */
        async hold(list: 'waiting' | 'failed' = 'waiting', count = 1): Promise<string> {
          const id = await until('a hold', async () => {
            const { holds } = await desk.list(list)
            return holds.length >= count ? holds[0]?.id : undefined
          })
          await desk.untilChecked(id)
          return id
        },
        async [Symbol.asyncDispose]() {
          for (const worker of workers) await worker.stop()
          await desk[Symbol.asyncDispose]()
          await codabench[Symbol.asyncDispose]()
          for (const folder of folders) await rm(folder, { recursive: true, force: true })
        },
      }
    }

    const untilStatus = (codabench: CodabenchSite, id: number, status: string) =>
      until(`submission ${id} to be ${status}`, async () =>
        codabench.status(id) === status ? true : undefined,
      )

    it('releases in the order that the platform needs, what was approved and nothing else', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(CODE)
      const hold = await site.hold()
      await untilStatus(codabench, id, 'Awaiting validation')
      expect(codabench.heard(id).filter(({ kind }) => kind === 'scores')).toEqual([])
      const answer = await desk.approve(hold, ['scores', 'scoring_stdout'])
      expect(answer.status).toBe(200)
      await desk.untilState(hold, 'released')

      expect(codabench.story(id)).toEqual([
        'Preparing',
        'put prediction_result',
        'Scoring',
        'Running',
        'Awaiting validation',
        'Finished',
        'scores',
        'put detailed_results',
        'put prediction_ingestion_stdout',
        'put prediction_ingestion_stderr',
        'put scoring_stderr',
        'put scoring_result',
        'put scoring_stdout',
      ])
      expect(codabench.scoreRows(id)).toEqual([{ column_key: 'accuracy', score: 0.75 }])
      expect(codabench.object(id, 'scoring_stdout')?.toString()).toContain('SECRET-FROM-THE-DATA')
      expect(codabench.object(id, 'scoring_stderr')?.toString()).toBe(`${WITHHELD}\n`)
      expect(codabench.object(id, 'detailed_results')?.toString()).toContain(WITHHELD)
      const archive = await fromBufferPromise(codabench.object(id, 'scoring_result') ?? Buffer.alloc(0), {
        lazyEntries: true,
      })
      expect(archive.entryCount).toBe(1)
      archive.close()
    })

    it('tells a platform without the waiting status a word that its clean-up leaves alone', async () => {
      await using site = await start({ knowsWaiting: false })
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      await until('the word', async () => (codabench.story(id).length === 5 ? true : undefined))
      expect(codabench.story(id)).toEqual([
        'Preparing',
        'put prediction_result',
        'Scoring',
        'Running',
        'Preparing',
      ])
      await desk.approve(hold)
      await untilStatus(codabench, id, 'Finished')
    })

    it('says one fixed sentence of a result that was rejected, and nothing of the run', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      await desk.reject(hold)
      await untilStatus(codabench, id, 'Failed')
      expect(codabench.heard(id).at(-1)).toMatchObject({
        kind: 'status',
        details: 'The data owner reviewed the result and did not release it.',
      })
      expect(codabench.heard(id).filter(({ kind }) => kind === 'scores')).toEqual([])
    })

    it('tells of a failed run at once, and releases its log later', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit({
        ...RESULTS,
        scoringProgram: pythonProgram("print('what went wrong')\nraise SystemExit(3)"),
      })
      await untilStatus(codabench, id, 'Failed')
      expect(codabench.heard(id).at(-1)).toMatchObject({
        details: 'The scoring program stopped with an error.',
      })
      expect(codabench.object(id, 'scoring_stdout')?.length).toBe(0)
      await desk.approve(await site.hold('failed'), ['scoring_stdout'])
      await until('the log', async () =>
        codabench.object(id, 'scoring_stdout')?.toString() === 'what went wrong\n' ? true : undefined,
      )
      expect(codabench.status(id)).toBe('Failed')
    })

    it.each([
      { name: 'was lost', after: true, posts: 1 },
      { name: 'came before anything was stored', after: false, posts: 1 },
    ])('posts scores once, when the first answer $name', async ({ after, posts }) => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      codabench.state.failures.push({ match: /POST .*scores/, status: 502, after })
      await desk.approve(hold)
      await desk.untilState(hold, 'released')
      expect(codabench.scoreRows(id)).toEqual([{ column_key: 'accuracy', score: 0.75 }])
      expect(codabench.story(id).filter((word) => word === 'scores')).toHaveLength(posts)
    })

    it('posts scores once, however often the desk is stopped between two steps', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      // The output cannot be put for a while: everything before it has happened.
      for (let times = 0; times < 3; times += 1)
        codabench.state.failures.push({ match: /PUT .*scoring_result/, status: 500 })
      await desk.approve(hold, ['scores', 'output'])
      await until('the scores', async () => (codabench.scoreRows(id).length > 0 ? true : undefined))
      await desk.stopDesk()
      await desk.startDesk()
      await desk.untilState(hold, 'released')
      expect(codabench.story(id).filter((word) => word === 'scores')).toHaveLength(1)
      expect(codabench.story(id).filter((word) => word === 'Finished')).toHaveLength(1)
      expect(codabench.object(id, 'scoring_result')?.length).toBeGreaterThan(100)
    })

    it('sends nothing of an approved result whose submission was cancelled meanwhile', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      codabench.state.down = true
      await desk.approve(hold)
      await codabench.cancel(id)
      codabench.state.down = false
      await until('the end', async () => {
        const { publishing } = await desk.show(hold)
        return publishing.at(-1)?.state === 'refused' ? true : undefined
      })
      expect(codabench.status(id)).toBe('Cancelled')
      expect(codabench.scoreRows(id)).toEqual([])
    })

    it('closes a hold when its submission is cancelled', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      await untilStatus(codabench, id, 'Awaiting validation')
      await codabench.cancel(id)
      expect((await desk.untilState(hold, 'closed')).decision).toMatchObject({
        kind: 'expire',
        reason: 'cancelled',
      })
      expect(codabench.status(id)).toBe('Cancelled')
    })

    it('releases at once only where policy and task both let it', async () => {
      await using site = await start({
        generation: 2,
        policy: 'review: { required: when-asked }\nrelease: { ticked: [scores] }\n',
      })
      const { codabench, desk } = site
      const scoringProgram = pythonProgram(
        "import json\njson.dump({'accuracy': 0.5}, open('/app/output/scores.json', 'w'))",
      )
      const free = await codabench.submit({ ...RESULTS, scoringProgram })
      await until('the scores', async () => (codabench.scoreRows(free).length > 0 ? true : undefined))
      expect(codabench.scoreRows(free)).toEqual([{ column_key: 'accuracy', score: 0.5 }])

      const held = await codabench.submit({ ...RESULTS, scoringProgram, humanInTheLoop: true })
      await untilStatus(codabench, held, 'Awaiting validation')
      expect((await desk.list('waiting')).holds.map(({ submissionId }) => submissionId)).toEqual([held])
    })

    it('is served by two workers: each submission once, and one goes on with what the other put off', async () => {
      await using site = await start()
      const { codabench, desk } = site
      await site.startAnotherWorker()
      const ids: number[] = []
      for (let count = 0; count < 6; count += 1) ids.push(await codabench.submit(CODE))
      await site.hold('waiting', ids.length)
      for (const id of ids) {
        await untilStatus(codabench, id, 'Awaiting validation')
        expect(codabench.story(id).filter((word) => word === 'Scoring')).toHaveLength(1)
      }
      const { holds } = await desk.list('waiting')
      expect(holds.map(({ submissionId }) => submissionId).sort()).toEqual([...ids].sort())
    })

    it('says that a link has ended, keeps the release, and sends it when the link is there again', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      codabench.state.failures.push({ match: /PUT .*scoring_result/, status: 403 })
      await desk.approve(hold)
      const told = await until('the reason', async () => {
        const { publishing } = await desk.show(hold)
        return publishing.map(({ lastError }) => lastError ?? '').find((text) => text !== '')
      })
      expect(told).toContain('it may have ended')
      await desk.untilState(hold, 'released')
      expect(codabench.scoreRows(id)).toHaveLength(1)
    })

    it('releases to a platform that was away for long, once it is back', async () => {
      await using site = await start()
      const { codabench, desk } = site
      const id = await codabench.submit(RESULTS)
      const hold = await site.hold()
      await untilStatus(codabench, id, 'Awaiting validation')
      codabench.state.down = true
      await desk.approve(hold)
      await until('some tries', async () => {
        const { publishing } = await desk.show(hold)
        return (publishing.at(-1)?.tries ?? 0) >= 3 ? true : undefined
      })
      codabench.state.down = false
      await desk.untilState(hold, 'released')
      expect(codabench.scoreRows(id)).toHaveLength(1)
    })

    it('refuses a deposit whose result would go elsewhere', async () => {
      await using site = await start()
      const { desk, codabench } = site
      const refusal = async (given: object) => {
        const deposit = desk.makeDeposit({ platform: codabench.api })
        const answer = await desk.postDeposit({ ...deposit, ...given })
        return [answer.status, JSON.stringify(await answer.json())] as const
      }
      const [status, body] = await refusal({})
      expect([status, body]).toEqual([400, expect.stringContaining('is missing')])
      expect((await refusal({ returnAddress: Buffer.alloc(200).toString('base64') }))[1]).toContain(
        'was not sealed for this site and this job',
      )
    })
  },
)
