import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { newBoxKeyPair } from '@scoregate/gate/sealed-box'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCodabenchSite } from '../packages/worker/src/codabench/codabench-site-rig.ts'
import { RESULTS } from '../packages/worker/src/test-programs-rig.ts'
import { findTestSandboxes } from '../packages/worker/src/test-sandboxes-rig.ts'
import { deposited, startTestSite, type TestSite, until } from '../packages/worker/src/test-site-rig.ts'
import { makeAuthority, type TestAuthority } from './certificates-rig.ts'
import { brokerTrouble, startTestBroker, type TestBroker } from './rabbitmq-rig.ts'

const trouble = brokerTrouble()
const PASSWORD = 'a-password-of-the-hub'

/** The worker of the command line, in a process of its own: Node reads its authorities when it starts. */
async function startWorkerProcess(site: TestSite, sandbox: string, environment: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-tls-worker-'))
  const child = spawn(process.execPath, ['dist/scoregate.js', 'worker'], {
    env: {
      PATH: process.env['PATH'],
      SCOREGATE_DATA: folder,
      SCOREGATE_SANDBOX: sandbox,
      SCOREGATE_WORKER_DESK: site.desk.url,
      SCOREGATE_WORKER_DESK_TOKEN: site.desk.token,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text
    })
  return {
    output: () => output,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      // By its own hand, so that it clears away the room of a run.
      if (child.exitCode === null && child.kill('SIGTERM')) await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Answers with a certificate whose time is over; who checks it comes no further. */
async function listenWithExpired(authority: TestAuthority): Promise<Server> {
  const files = await authority.certify('localhost', -1)
  const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)])
  const server = createServer({ cert, key }).listen(0, '127.0.0.1')
  server.on('tlsClientError', () => undefined) // the client has gone, as it must
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('nobody listens')
  return address.port
}

const [sandbox] = await findTestSandboxes()

it('has a sandbox to run in', () => {
  expect(sandbox).toBeDefined()
})

describe.skipIf(trouble !== undefined)(
  `a worker of a broker with TLS${trouble === undefined ? '' : `: ${trouble}`}`,
  () => {
    let authority: TestAuthority
    let rabbit: TestBroker
    let strict: TestBroker
    let expired: Server

    beforeAll(async () => {
      authority = await makeAuthority()
      const certificate = { ca: authority.ca, ...(await authority.certify('localhost')) }
      rabbit = await startTestBroker(certificate)
      strict = await startTestBroker({ ...certificate, demandsCertificate: true })
      expired = await listenWithExpired(authority)
    })
    afterAll(async () => {
      expired.close()
      await strict[Symbol.asyncDispose]()
      await rabbit[Symbol.asyncDispose]()
      await authority[Symbol.asyncDispose]()
    })

    async function start() {
      if (sandbox === undefined) throw new Error('there is no sandbox')
      const codabench = await startCodabenchSite({ rabbit })
      const site = await startTestSite(sandbox)
      site.site.codabench = {
        platforms: [codabench.platform],
        runKey: Buffer.alloc(32, 7).toString('base64'),
        returnKey: newBoxKeyPair().publicKey,
      }
      return {
        codabench,
        site,
        worker: (environment: Record<string, string>) => startWorkerProcess(site, sandbox.name, environment),
        async [Symbol.asyncDispose]() {
          await site[Symbol.asyncDispose]()
          await codabench[Symbol.asyncDispose]()
        },
      }
    }

    const address = (scheme: string, host: string, port: number) =>
      `${scheme}://hub:${PASSWORD}@${host}:${port}//`

    it.each([
      { name: 'amqps://', scheme: 'amqps', more: {} },
      { name: 'BROKER_USE_SSL=True', scheme: 'pyamqp', more: { BROKER_USE_SSL: 'True' } },
    ])('takes and finishes a job, of an authority of its own, by $name', async ({ scheme, more }) => {
      await using rig = await start()
      await using worker = await rig.worker({
        BROKER_URL: address(scheme, 'localhost', rabbit.tls.port),
        NODE_EXTRA_CA_CERTS: authority.ca,
        ...more,
      })
      const id = await rig.codabench.submit(RESULTS)
      const deposit = await deposited(rig.site)
      expect(deposit.manifest.jobId).toBe(rig.codabench.taskId(id))
      expect(rig.site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
      expect(worker.output()).not.toContain(PASSWORD)
    })

    it.each<{ name: string; url: () => string; knowsAuthority?: boolean; says: string; todo: string }>([
      {
        name: 'an authority that it does not know',
        url: () => address('amqps', 'localhost', rabbit.tls.port),
        knowsAuthority: false,
        says: 'shows a certificate of an authority that this machine does not know',
        todo: 'set NODE_EXTRA_CA_CERTS',
      },
      {
        name: 'a certificate for another host',
        url: () => address('amqps', '127.0.0.1', rabbit.tls.port),
        says: 'shows a certificate for another name',
        todo: 'Give the address with the name that is in the certificate',
      },
      {
        name: 'an expired certificate',
        url: () => address('amqps', 'localhost', portOf(expired)),
        says: 'shows a certificate that has expired',
        todo: 'Have it renewed',
      },
      {
        name: 'a port without TLS',
        url: () => address('amqps', 'localhost', Number(new URL(rabbit.amqpUrl).port)),
        says: 'does not speak TLS',
        todo: 'Give the port with TLS',
      },
      {
        name: 'a port with TLS that is asked without',
        url: () => address('pyamqp', 'localhost', rabbit.tls.port),
        says: 'ends the connection before it has said anything',
        todo: 'BROKER_USE_SSL=true',
      },
      {
        name: 'a broker that wants a certificate of its clients',
        url: () => address('amqps', 'localhost', strict.tls.port),
        says: 'asks for a certificate of its clients',
        todo: 'ssl_options.fail_if_no_peer_cert',
      },
      {
        name: 'a wrong password',
        url: () => address('amqps', 'localhost', rabbit.tls.port).replace(PASSWORD, `${PASSWORD}-old`),
        says: 'does not take the name and password',
        todo: 'Correct them in the address',
      },
    ])(
      'takes nothing from $name, and says what to do',
      async ({ url, knowsAuthority = true, says, todo }) => {
        await using rig = await start()
        await using worker = await rig.worker({
          BROKER_URL: url(),
          ...(knowsAuthority ? { NODE_EXTRA_CA_CERTS: authority.ca } : {}),
        })
        await rig.codabench.submit(RESULTS)
        await until(() => expect(worker.output()).toContain(says))
        expect(worker.output()).toContain(todo)
        expect(worker.output()).not.toContain(PASSWORD)
        expect(rig.site.deposits).toEqual([])
      },
    )
  },
)
