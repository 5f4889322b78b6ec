import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { newBoxKeyPair, openForSite } from '@scoregate/gate/sealed-box'
import { ReturnAddress, returnAddressAbout } from '@scoregate/protocol/codabench/return-address'
import type { Deposit } from '@scoregate/protocol/deposit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerTrouble, startTestBroker, type TestBroker } from '../../../../test/rabbitmq-rig.ts'
import { CODE, pythonProgram, RESULTS, SLEEPER } from '../test-programs-rig.ts'
import { findTestSandboxes, type TestSandbox } from '../test-sandboxes-rig.ts'
import { deposited, startTestSite, type TestSite, until } from '../test-site-rig.ts'
import { startCodabenchSite } from './codabench-site-rig.ts'
import { openPutOff } from './put-off.ts'

const trouble = brokerTrouble()
const [sandbox] = await findTestSandboxes()
const keys = newBoxKeyPair()
const RUN_KEY = Buffer.alloc(32, 7).toString('base64')

it('has a sandbox to run in', () => {
  expect(sandbox).toBeDefined()
})

describe.skipIf(trouble !== undefined)(
  `a worker on a Codabench queue${trouble === undefined ? '' : `: ${trouble}`}`,
  () => {
    let rabbit: TestBroker

    beforeAll(async () => {
      rabbit = await startTestBroker()
    }, 120_000)
    afterAll(async () => rabbit[Symbol.asyncDispose]())

    /** A Codabench site, a desk that serves it, and the queue between them. */
    async function start(options: { generation?: 1 | 2; byCelery?: boolean } = {}) {
      if (sandbox === undefined) throw new Error('there is no sandbox')
      const connection = await rabbit.connect()
      const channel = await connection.createChannel()
      await channel.deleteQueue('compute-worker')
      await connection.close()
      const codabench = await startCodabenchSite({ rabbit, ...options })
      const site = await startTestSite(sandbox satisfies TestSandbox)
      site.site.codabench = {
        platforms: [codabench.platform],
        runKey: RUN_KEY,
        returnKey: keys.publicKey,
      }
      return {
        codabench,
        site,
        async [Symbol.asyncDispose]() {
          await site[Symbol.asyncDispose]()
          await codabench[Symbol.asyncDispose]()
        },
      }
    }

    const returnAddress = (deposit: Deposit): ReturnAddress | undefined => {
      const about = returnAddressAbout({ platform: deposit.platform, jobId: deposit.manifest.jobId })
      const opened = openForSite(keys.privateKey, about, Buffer.from(deposit.returnAddress ?? '', 'base64'))
      return opened && ReturnAddress.parse(JSON.parse(opened.toString()))
    }

    const tasks = async (site: TestSite) =>
      (await readdir(join(site.dataFolder, 'codabench'))).filter((name) => name.endsWith('.json'))

    const messages = async (): Promise<number> => {
      const connection = await rabbit.connect()
      const { messageCount } = await (await connection.createChannel()).checkQueue('compute-worker')
      await connection.close()
      return messageCount
    }

    it.each([1, 2] as const)(
      'makes one job of the two of a code submission, generation %i',
      async (generation) => {
        await using rig = await start({ generation })
        const { codabench, site } = rig
        await site.startBrokerWorker(rabbit.queueUrl)
        const id = await codabench.submit(CODE)
        const deposit = await deposited(site)

        expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
        expect(site.text(deposit, 'predictions', 'predictions.txt')).toBe('a b c x')
        expect(deposit).toMatchObject({
          platform: codabench.api,
          job: {
            jobId: codabench.taskId(id),
            submission: { id },
            participant: { id: 5, username: 'user 5' },
            competition: { id: 44, title: 'Sepsis' },
            phase: { id: 12 },
            detailedResults: true,
          },
        })
        // The order of the reference: the archive is there before the word that makes the scoring job.
        expect(codabench.story(id)).toEqual(['Preparing', 'put prediction_result', 'Scoring', 'Running'])
        await until(async () => expect(await tasks(site)).toEqual([]))
        expect(await messages()).toBe(0)
      },
    )

    it('asks for the next task at once after one that is no run: put off or dropped', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      // Whoever makes a pause here does not get to the end of this test.
      await site.startBrokerWorker(rabbit.queueUrl, undefined, { firstMs: 3_600_000, longestMs: 3_600_000 })
      await codabench.sendRaw(Buffer.from('{}'), { contentType: 'application/json' })
      const id = await codabench.submit(RESULTS)
      await codabench.redeliver(id)
      expect((await deposited(site)).job.submission.id).toBe(id)
    })

    it('takes what Celery itself publishes, and hears what it revokes', async () => {
      await using rig = await start({ byCelery: true })
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const first = await codabench.submit(RESULTS)
      expect((await deposited(site)).manifest.jobId).toBe(codabench.taskId(first))
      const second = await codabench.submit({ ...RESULTS, scoringProgram: pythonProgram(SLEEPER) })
      await until(() => expect(codabench.status(second)).toBe('Running'))
      await codabench.cancel(second)
      await until(() => expect(site.logged()).toContain('a run is stopped and dropped'))
      expect(codabench.status(second)).toBe('Cancelled')
    }, 120_000)

    it('lets nothing of a run out: the platform gets status words, and an archive that only the site opens', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const id = await codabench.submit(CODE)
      await deposited(site)
      const archive = codabench.object(id, 'prediction_result') ?? Buffer.alloc(0)
      const of = { apiUrl: codabench.api, submissionId: id }
      expect(await openPutOff(RUN_KEY, of, archive)).toMatchObject({ kind: 'put-off' })
      expect((await openPutOff(RUN_KEY, { ...of, submissionId: id + 1 }, archive)).kind).toBe(
        'sealed-elsewhere',
      )
      expect((await openPutOff(Buffer.alloc(32).toString('base64'), of, archive)).kind).toBe(
        'sealed-elsewhere',
      )
      for (const heard of codabench.heard(id)) {
        expect(['status', 'asked', 'put']).toContain(heard.kind)
        if (heard.kind === 'put') expect(heard.object).toBe('prediction_result')
        if (heard.kind === 'status') expect(heard.details).toBeUndefined()
      }
      // Nor do links and secrets stay in a log.
      expect(site.logged()).not.toContain('secret-signature')
    })

    it('hands the desk an address that this worker cannot read again', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const id = await codabench.submit(RESULTS)
      const deposit = await deposited(site)
      expect(JSON.stringify(deposit)).not.toContain('secret-signature')
      const fiveDays = 432_000_000
      expect(Math.abs(Date.parse(deposit.linksExpireAt ?? '') - Date.now() - fiveDays)).toBeLessThan(120_000)
      expect(returnAddress(deposit)).toMatchObject({
        apiUrl: codabench.api,
        submissionId: id,
        links: {
          scoringResult: expect.stringContaining('scoring_result'),
          detailedResults: expect.stringContaining('detailed_results'),
          scoringStdout: expect.stringContaining('scoring_stdout'),
          ingestionStderr: expect.stringContaining('prediction_stderr'),
        },
      })
    })

    it('runs both programs of a task that ingests only while it scores', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      await codabench.submit({
        ...RESULTS,
        ingestionProgram: pythonProgram("open('/app/shared/word', 'w').write('hello')"),
        scoringProgram: pythonProgram(
          "import json\nprint(open('/app/shared/word').read())\njson.dump({'accuracy': 1}, open('/app/output/scores.json', 'w'))",
        ),
        ingestionOnlyDuringScoring: true,
      })
      const deposit = await deposited(site)
      expect(deposit.failure).toBeUndefined()
      expect(site.text(deposit, 'logs', 'scoring_stdout')).toBe('hello\n')
      expect(returnAddress(deposit)?.links.ingestionStdout).toContain('scoring_ingestion_stdout')
    })

    it('scores results that are submitted to a task whose ingestion program wants code', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      await codabench.submit({ ...CODE, submission: RESULTS.submission })
      const deposit = await deposited(site)
      expect(deposit.failure).toBeUndefined()
      expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
      expect(deposit.manifest.programs).toMatchObject([
        { program: 'ingestion', kind: 'exited', exitCode: 1 },
        { program: 'scoring', kind: 'exited', exitCode: 0 },
      ])
      expect(site.text(deposit, 'logs', 'ingestion_stderr')).toContain('ModuleNotFoundError')
    })

    it('keeps what ingestion wrote where a submission has a file of the same name, or one in its place', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const ingestion =
        "open('/app/output/predictions.txt', 'w').write('a b c d')\nopen('/app/output/x', 'w').write('own')"
      await codabench.submit({
        ...RESULTS,
        submission: { ...RESULTS.submission, 'x/inside.txt': 'theirs', 'other.txt': 'theirs' },
        ingestionProgram: pythonProgram(ingestion),
      })
      const deposit = await deposited(site)
      expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 1.0}')
      expect(site.text(deposit, 'predictions', 'x')).toBe('own')
      expect(site.text(deposit, 'predictions', 'x/inside.txt')).toBeUndefined()
      expect(site.text(deposit, 'predictions', 'other.txt')).toBe('theirs')
    })

    it('still fails where the code of a submission fails', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      await codabench.submit({
        ...RESULTS,
        submission: pythonProgram("raise SystemExit('no')"),
      })
      expect((await deposited(site)).failure).toBe('ingestion-failed')
    })

    it('scores predictions that another worker made, and runs nothing that is among them', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      const id = await codabench.submit({
        ...RESULTS,
        submission: {
          ...RESULTS.submission,
          'metadata.yaml': 'command: python3 $program/evil.py',
          'evil.py': 'boom',
        },
      })
      // Another worker took the first job and copied the submission, as Codabench's does.
      const connection = await rabbit.connect()
      const channel = await connection.createChannel()
      await channel.purgeQueue('compute-worker')
      await connection.close()
      await codabench.actAsOtherWorker(id)
      await site.startBrokerWorker(rabbit.queueUrl)
      const deposit = await deposited(site)
      expect(deposit.failure).toBeUndefined()
      expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
      expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['scoring'])
    })

    it('recognises a task that comes once more, and says Scoring once', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      const id = await codabench.submit(RESULTS)
      await codabench.redeliver(id)
      await site.startBrokerWorker(rabbit.queueUrl)
      await deposited(site)
      await codabench.redeliver(id)
      await until(() =>
        expect(site.logged().match(/a task that was taken before came once more/g)).toHaveLength(2),
      )
      expect(codabench.story(id).filter((word) => word === 'Scoring')).toHaveLength(1)
      expect(site.deposits).toHaveLength(1)
    })

    it('asks before it says Scoring again, when the answer to it did not come', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      // The site does what it is told, and its answer is lost.
      codabench.state.failures.push({ match: /PATCH .* status=Scoring/, status: 502, after: true })
      const id = await codabench.submit(RESULTS)
      await site.startBrokerWorker(rabbit.queueUrl)
      await deposited(site)
      expect(codabench.story(id).filter((word) => word === 'Scoring')).toHaveLength(1)
    })

    it('waits for a platform that is down, and repeats an upload that failed', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      codabench.state.failures.push({ match: /PUT/, status: 500 }, { match: /status=Preparing/, status: 503 })
      const id = await codabench.submit(RESULTS)
      codabench.state.down = true
      await site.startBrokerWorker(rabbit.queueUrl)
      await until(() => expect(site.logged()).toContain('the platform gives no jobs'))
      codabench.state.down = false
      await deposited(site)
      expect(codabench.story(id)).toEqual(['Preparing', 'put prediction_result', 'Scoring', 'Running'])
    })

    it('goes on after a broker that was killed, and hears revocations from it', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const first = await codabench.submit(RESULTS)
      await deposited(site)
      await rabbit.kill()
      await until(() => expect(site.logged()).toMatch(/broker cannot be reached|gives no jobs|unexpectedly/))
      await rabbit.start()
      const second = await codabench.submit({ ...RESULTS, scoringProgram: pythonProgram(SLEEPER) })
      await until(() => expect(codabench.status(second)).toBe('Running'))
      await codabench.cancel(second)
      await until(() => expect(site.logged()).toContain('a run is stopped and dropped'))
      expect(codabench.status(first)).toBe('Running')
      expect(codabench.status(second)).toBe('Cancelled')
      expect(site.cancellations).toContain(codabench.taskId(second))
      expect(site.deposits).toHaveLength(1)
      await until(async () => expect(await tasks(site)).toEqual([]))
    }, 240_000)

    it('drops a task that was cancelled while it waited, and does not bring its submission back', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      const id = await codabench.submit(RESULTS)
      // Nobody hears this revocation: the worker is not there yet.
      await codabench.cancel(id)
      await site.startBrokerWorker(rabbit.queueUrl)
      await until(() => expect(site.logged()).toContain('its submission is Cancelled already'))
      expect(codabench.story(id)).toEqual([])
      expect(codabench.status(id)).toBe('Cancelled')
    })

    it('takes up after a restart what it had taken, without the broker', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      site.state.desk = 'site-only'
      const id = await codabench.submit({ ...RESULTS, scoringProgram: pythonProgram(SLEEPER) })
      const worker = await site.startBrokerWorker(rabbit.queueUrl)
      await until(() => expect(codabench.status(id)).toBe('Running'))
      await worker.stop()
      expect(await messages()).toBe(0)
      expect(await tasks(site)).toHaveLength(1)
      await site.startBrokerWorker(rabbit.queueUrl)
      await until(() => expect(site.logged().match(/a job is taken/g)).toHaveLength(2))
    })

    it('tells the platform a reason of the closed list when nothing could be run', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const id = await codabench.submit({ ...RESULTS, image: 'elsewhere/unknown' })
      await until(() => expect(codabench.status(id)).toBe('Failed'))
      const failure = codabench.heard(id).at(-1)
      expect(failure).toMatchObject({
        details: 'The data owner does not allow the container image that this competition names.',
      })
      await until(async () => expect(await tasks(site)).toEqual([]))
    })

    it('speaks to no API and fetches from no storage that the policy does not name', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      const [platform] = site.site.codabench?.platforms ?? []
      if (platform === undefined) throw new Error('there is a platform')
      platform.api = 'https://codabench.example/api'
      await site.startBrokerWorker(rabbit.queueUrl)
      const id = await codabench.submit(RESULTS)
      await until(() => expect(site.logged()).toContain('names no platform with its API'))
      expect(codabench.heard(id)).toEqual([])
    })

    it('drops what nobody can use, and takes the next', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await codabench.sendRaw(Buffer.from('{}'), { contentType: 'application/json' })
      await codabench.sendRaw(Buffer.from('no content type'), {})
      await site.startBrokerWorker(rabbit.queueUrl)
      await codabench.submit(RESULTS)
      await deposited(site)
      expect(site.logged().match(/cannot be used and is dropped/g)).toHaveLength(2)
    })

    it('leaves the jobs that it has no slot for to others', async () => {
      await using rig = await start()
      const { codabench, site } = rig
      await site.startBrokerWorker(rabbit.queueUrl)
      const busy = await codabench.submit({ ...RESULTS, scoringProgram: pythonProgram(SLEEPER) })
      await until(() => expect(codabench.status(busy)).toBe('Running'))
      await codabench.submit(RESULTS)
      await codabench.submit(RESULTS)
      expect(await messages()).toBe(2)
    })
  },
)
