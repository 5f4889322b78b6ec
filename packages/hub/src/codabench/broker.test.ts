import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brokerTrouble, startTestBroker, type TestBroker } from '../../../../test/rabbitmq-rig.ts'
import { createBroker } from './broker.ts'
import { readBrokerSettings } from './broker-settings.ts'
import { createManagement } from './management.ts'

describe.runIf(brokerTrouble() === undefined)('a real RabbitMQ', () => {
  let rabbit: TestBroker
  beforeAll(async () => {
    rabbit = await startTestBroker()
  })
  afterAll(() => rabbit[Symbol.asyncDispose]())

  const settings = (amqp = rabbit.amqpUrl) => readBrokerSettings({ amqp, management: rabbit.managementUrl })
  const reaches = (url: string) =>
    connect(url).then(
      async (connection) => {
        await connection.close()
        return true
      },
      () => false,
    )

  it('gives each queue an account that opens its virtual host alone, and cuts off the old one', async () => {
    const management = createManagement(settings())
    await management.check()
    await management.ensureVhost('one')
    await management.ensureVhost('two')
    const first = await management.replaceAccount('one')
    const url = ({ username, password }: typeof first, vhost: string) =>
      `amqp://${username}:${password}@${new URL(rabbit.amqpUrl).host}/${vhost}`
    expect(await reaches(url(first, 'one'))).toBe(true)
    expect(await reaches(url(first, 'two'))).toBe(false)
    expect(await reaches(url(first, '%2F'))).toBe(false)

    const connection = await connect(url(first, 'one'))
    connection.on('error', () => undefined)
    const cutOff = new Promise((resolve) => connection.on('close', resolve))
    const second = await management.replaceAccount('one')
    await cutOff
    expect(await reaches(url(first, 'one'))).toBe(false)
    expect(await reaches(url(second, 'one'))).toBe(true)

    await management.removeAccounts('one')
    expect(await reaches(url(second, 'one'))).toBe(false)
    expect(await reaches(rabbit.vhostUrl('one'))).toBe(true)
    await management.removeVhost('one')
    await management.removeVhost('one')
    expect(await reaches(rabbit.vhostUrl('one'))).toBe(false)
  })

  it('declares queue and exchange as Codabench does, so that its own declaration is no contradiction', async () => {
    await createManagement(settings()).ensureVhost('declared')
    const broker = createBroker(settings())
    await broker.declareQueue('declared')
    await broker.close()
    expect(await rabbit.manage('GET', '/queues/declared/compute-worker')).toMatchObject({
      durable: true,
      auto_delete: false,
      exclusive: false,
      arguments: { 'x-max-priority': 10 },
    })
    expect(await rabbit.manage('GET', '/exchanges/declared/compute-worker')).toMatchObject({
      type: 'direct',
      durable: true,
    })
    expect(await rabbit.manage('GET', '/exchanges/declared/celery.pidbox')).toMatchObject({
      type: 'fanout',
      durable: false,
      auto_delete: false,
    })
    expect(await rabbit.manage('GET', '/queues/declared/compute-worker/bindings')).toContainEqual(
      expect.objectContaining({ source: 'compute-worker', routing_key: 'compute-worker' }),
    )
  })

  it('does not take a message for published that the broker had no queue for', async () => {
    await createManagement(settings()).ensureVhost('emptied')
    const broker = createBroker(settings())
    await broker.declareQueue('emptied')
    await rabbit.manage('DELETE', '/queues/emptied/compute-worker')
    const message = {
      content: Buffer.from('[]'),
      headers: {},
      properties: {
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        deliveryMode: 2,
        priority: 0,
        correlationId: 'a',
      },
    } as const
    await expect(broker.publishTask('emptied', 'a', message)).rejects.toThrow('no queue')
    // The next try declares the queue again.
    await broker.publishTask('emptied', 'a', message)
    expect(await rabbit.manage('GET', '/queues/emptied/compute-worker')).toMatchObject({ durable: true })
    await broker.close()
  })

  it('is tried out with plain words: a wrong password, an account without rights, nobody there', async () => {
    const wrong = settings(rabbit.amqpUrl.replace('a-password', 'another-password'))
    await expect(createBroker(wrong).check()).rejects.toMatchObject({ code: 'broker-refuses' })
    await expect(createManagement(wrong).check()).rejects.toMatchObject({ code: 'broker-refuses' })
    await rabbit.manage('PUT', '/users/plain', { password: 'plain', tags: '' })
    const plain = settings(rabbit.amqpUrl.replace(/\/\/[^@]+@/, '//plain:plain@'))
    await expect(createManagement(plain).check()).rejects.toMatchObject({ code: 'broker-refuses' })
    const nobody = readBrokerSettings({ amqp: 'amqp://hub:pw@127.0.0.1:1' })
    await expect(createBroker(nobody).check()).rejects.toMatchObject({ code: 'broker-unreachable' })
    await expect(
      createManagement({ ...nobody, managementUrl: 'http://127.0.0.1:1' }).check(),
    ).rejects.toMatchObject({
      code: 'broker-unreachable',
    })
  })
})

describe('the addresses of a broker', () => {
  it('are derived from one, and told to workers as they reach it', () => {
    expect(readBrokerSettings({ amqp: 'amqp://hub:a%40b@broker.example.org' })).toEqual({
      host: 'broker.example.org',
      port: 5672,
      isTls: false,
      username: 'hub',
      password: 'a@b',
      managementUrl: 'http://broker.example.org:15672',
      forWorkers: { host: 'broker.example.org', port: 5672, isTls: false },
    })
    expect(
      readBrokerSettings({
        amqp: 'amqps://hub:pw@10.0.0.2',
        management: 'https://manage.example.org/api/',
        forWorkers: 'amqps://broker.example.org:443',
      }),
    ).toMatchObject({
      port: 5671,
      managementUrl: 'https://manage.example.org',
      forWorkers: { host: 'broker.example.org', port: 443, isTls: true },
    })
  })

  it.each([
    ['http://hub:pw@host', undefined, undefined],
    ['amqp://host', undefined, undefined],
    ['amqp://hub:pw@host/vhost', undefined, undefined],
    ['nonsense pw', undefined, undefined],
    ['amqp://hub:pw@host', 'ftp://host', undefined],
    ['amqp://hub:pw@host', undefined, 'amqp://hub:pw@host'],
  ])('are refused where they are wrong, without showing them: %s %s %s', (amqp, management, forWorkers) => {
    const refused = () => readBrokerSettings({ amqp, management, forWorkers })
    expect(refused).toThrow(/^--amqp/)
    expect(refused).not.toThrow(/pw/)
  })
})
