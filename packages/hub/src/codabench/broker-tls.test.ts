import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, type TestAuthority } from '../../../../test/certificates-rig.ts'
import { brokerTrouble, startTestBroker, type TestBroker } from '../../../../test/rabbitmq-rig.ts'

const PROGRAM = fileURLToPath(new URL('broker-tls-rig-main.ts', import.meta.url))
const PASSWORD = 'a-password-of-the-hub'

describe.runIf(brokerTrouble() === undefined)('a hub and a broker with TLS', () => {
  let authority: TestAuthority
  let rabbit: TestBroker

  beforeAll(async () => {
    authority = await makeAuthority()
    rabbit = await startTestBroker({ ca: authority.ca, ...(await authority.certify('localhost')) })
  })
  afterAll(async () => {
    await rabbit[Symbol.asyncDispose]()
    await authority[Symbol.asyncDispose]()
  })

  /** What a hub says that is started with these addresses, in a process of its own: Node reads its authorities when it starts. */
  async function tryBroker(
    vhost: string,
    given: { amqps: string; management: string; knowsAuthority: boolean },
  ): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', PROGRAM, vhost],
      {
        env: {
          PATH: process.env['PATH'],
          SCOREGATE_AMQP: `amqps://hub:${PASSWORD}@${given.amqps}`,
          SCOREGATE_AMQP_MANAGEMENT: `https://${given.management}`,
          ...(given.knowsAuthority ? { NODE_EXTRA_CA_CERTS: authority.ca } : {}),
        },
      },
    )
    const said = stdout + stderr
    expect(said).not.toContain(PASSWORD)
    expect(said).not.toContain(Buffer.from(`hub:${PASSWORD}`).toString('base64'))
    return said
  }
  const at = (host: string, port: number) => `${host}:${port}`

  it('make a queue by amqps and https, with a certificate of an authority of their own', async () => {
    const said = await tryBroker('sealed', {
      amqps: at('localhost', rabbit.tls.port),
      management: at('localhost', rabbit.tls.managementPort),
      knowsAuthority: true,
    })
    expect(said).toContain('The queue is made.')
    expect(await rabbit.manage('GET', '/queues/sealed/compute-worker')).toMatchObject({ durable: true })
  })

  it.each([
    {
      name: 'an authority that is not known',
      host: 'localhost',
      knowsAuthority: false,
      says: 'shows a certificate of an authority that this machine does not know',
      todo: 'set NODE_EXTRA_CA_CERTS',
    },
    {
      name: 'a certificate for another host',
      host: '127.0.0.1',
      knowsAuthority: true,
      says: 'shows a certificate for another name',
      todo: 'Give the address with the name that is in the certificate',
    },
  ])(
    'say of $name what to do, for both addresses, and make nothing',
    async ({ host, knowsAuthority, says, todo }) => {
      const amqps = at(host, rabbit.tls.port)
      const management = at(host, rabbit.tls.managementPort)
      const said = await tryBroker(`refused-${host}`, { amqps, management, knowsAuthority })
      expect(said).toContain(`The broker at ${amqps} ${says}.`)
      expect(said).toContain(`The management API of the broker at https://${management} ${says}.`)
      expect(said).toContain(todo)
      expect(said).not.toContain('The queue is made.')
      await expect(rabbit.manage('GET', `/vhosts/refused-${host}`)).rejects.toThrow('404')
    },
  )

  it('say so where the ports are those without TLS', async () => {
    const amqps = at('localhost', Number(new URL(rabbit.amqpUrl).port))
    const management = new URL(rabbit.managementUrl).host.replace('127.0.0.1', 'localhost')
    const said = await tryBroker('plain', { amqps, management, knowsAuthority: true })
    expect(said).toContain(`The broker at ${amqps} does not speak TLS. Give the port with TLS`)
    expect(said).toContain(`The management API of the broker at https://${management} does not speak TLS.`)
  })
})
