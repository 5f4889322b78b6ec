import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { brokerTrouble } from '../../../../test/rabbitmq-rig.ts'
import { type Client, startHubRig } from '../hub-rig.ts'
import { type CodabenchRig, startCodabenchRig } from './codabench-rig.ts'

const Made = z.object({ id: z.number(), broker_url: z.string() })
const Listed = z.array(
  z.looseObject({ id: z.number(), name: z.string(), kind: z.string(), is_owner: z.boolean() }),
)

describe.runIf(brokerTrouble() === undefined)('a queue for Codabench workers', () => {
  let rig: CodabenchRig
  beforeAll(async () => {
    rig = await startCodabenchRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const make = async (name: string, as: Client = rig.hub.rival) =>
    Made.parse((await as('POST', '/api/queues/', { name })).body)
  const list = async (as: Client) => Listed.parse((await as('GET', '/api/queues/')).body)
  const reaches = (brokerUrl: string) =>
    connect(brokerUrl.replace('pyamqp:', 'amqp:')).then(
      async (connection) => {
        await connection.close()
        return true
      },
      () => false,
    )

  it('has a broker URL that is told once, to who makes it', async () => {
    const { id, broker_url: brokerUrl } = await make('Mine')
    expect(await reaches(brokerUrl)).toBe(true)
    const { password } = new URL(brokerUrl)
    expect(password.length).toBeGreaterThan(40)
    for (const path of ['/api/queues/', '/queues', `/api/competitions/${rig.competition}/`]) {
      for (const as of [rig.hub.rival, rig.hub.organizer]) {
        expect((await as('GET', path)).text).not.toContain(password)
      }
    }
    expect((await list(rig.hub.rival)).find((queue) => queue.id === id)).toMatchObject({
      kind: 'codabench',
      is_owner: true,
    })
    expect((await list(rig.hub.organizer)).some((queue) => queue.id === id)).toBe(false)
  })

  it('is its owner’s alone: nobody else rotates, ends, deletes or chooses it', async () => {
    const { id, broker_url: brokerUrl } = await make('Only mine')
    for (const as of [rig.hub.organizer, rig.hub.participant]) {
      expect((await as('POST', `/api/queues/${id}/rotate`)).status).toBe(404)
      expect((await as('POST', `/api/queues/${id}/revoke`)).status).toBe(404)
      expect((await as('DELETE', `/api/queues/${id}/`)).status).toBe(404)
    }
    const choice = await rig.hub.organizer('PATCH', `/api/competitions/${rig.competition}/`, { queue: id })
    expect(choice.status).toBe(404)
    expect((await rig.hub.visitor('POST', '/api/queues/', { name: 'x' })).status).toBe(401)
    expect(await reaches(brokerUrl)).toBe(true)
  })

  it('has its account replaced and ended, and is deleted with all that the broker has of it', async () => {
    const { id, broker_url: first } = await make('For a while')
    const second = z
      .object({ broker_url: z.string() })
      .parse((await rig.hub.rival('POST', `/api/queues/${id}/rotate`)).body).broker_url
    expect([await reaches(first), await reaches(second)]).toEqual([false, true])
    expect((await rig.hub.rival('POST', `/api/queues/${id}/revoke`)).status).toBe(200)
    expect(await reaches(second)).toBe(false)
    expect((await rig.hub.rival('DELETE', `/api/queues/${id}/`)).status).toBe(204)
    expect((await rig.hub.rival('DELETE', `/api/queues/${id}/`)).status).toBe(404)
    const vhosts = z
      .array(z.looseObject({ name: z.string() }))
      .parse(await rig.rabbit.manage('GET', '/vhosts'))
    expect(vhosts.map(({ name }) => name)).not.toContain(new URL(first).pathname.slice(1))
    // Its name is free again.
    const again = await make('For a while')
    expect((await rig.hub.rival('DELETE', `/api/queues/${again.id}/`)).status).toBe(204)
  })

  it('is not deleted while a competition uses it, and its name is taken', async () => {
    const used = await rig.hub.organizer('DELETE', `/api/queues/${rig.queue.id}/`)
    expect(used).toMatchObject({ status: 409, body: { code: 'queue-in-use' } })
    expect(await rig.hub.rival('POST', '/api/queues/', { name: 'Their machines' })).toMatchObject({
      status: 409,
    })
    expect(await rig.hub.rival('POST', '/api/queues/', { name: '<b>' })).toMatchObject({ status: 400 })
  })

  it('is made by a plain form, whose answer is the one page that shows the URL', async () => {
    const page = await rig.hub.organizer('GET', '/queues')
    expect(page.text).toContain('Codabench workers')
    expect(page.text).toContain('New queue for Codabench workers')
    const made = await rig.hub.organizer('POST', '/queues', { name: 'By form' })
    expect(made.text).toContain('BROKER_URL=pyamqp://')
    expect(made.text).toContain('It is shown this once')
    expect((await rig.hub.organizer('GET', '/queues')).text).toContain('By form')
  })

  it('refuses data-side review where the flow is set, in either order, and says what to do', async () => {
    const path = `/api/competitions/${rig.competition}/`
    const local = (await list(rig.hub.organizer)).find((queue) => queue.kind === 'scoregate')?.id
    const flow = await rig.hub.organizer('POST', `/competitions/${rig.competition}/flow`, {
      whenSubmissionArrives: 'run-at-once',
      whenScoringEnds: 'hold-for-review',
      queue: rig.queue.id,
    })
    expect(flow.status).toBe(409)
    expect(flow.text).toContain('Choose a queue of Scoregate workers')
    // Control: with workers that can promise it, it is taken; and then the queue is not.
    const both = await rig.hub.organizer('PATCH', path, { queue: local, human_in_the_loop: true })
    expect(both).toMatchObject({ status: 200, body: { human_in_the_loop: true } })
    const back = await rig.hub.organizer('PATCH', path, { queue: rig.queue.id })
    expect(back).toMatchObject({ status: 409, body: { code: 'review-not-promised' } })
    const changed = await rig.hub.organizer('PATCH', path, { queue: rig.queue.id, human_in_the_loop: false })
    expect(changed.status).toBe(200)
  })

  it('has a limit of five, and waits for a broker that is down', async () => {
    for (let at = 0; at < 5; at++) await rig.hub.participant('POST', '/api/queues/', { name: `Queue ${at}` })
    expect(await rig.hub.participant('POST', '/api/queues/', { name: 'One more' })).toMatchObject({
      status: 429,
    })
    await rig.rabbit.stop()
    const refused = await rig.hub.rival('POST', '/api/queues/', { name: 'Meanwhile' })
    expect(refused).toMatchObject({ status: 503, body: { code: 'broker-unreachable' } })
    await rig.rabbit.start()
    // What was begun is finished by making its broker URL.
    const begun = (await list(rig.hub.rival)).find((queue) => queue.name === 'Meanwhile')
    const rotated = await rig.hub.rival('POST', `/api/queues/${begun?.id}/rotate`)
    expect(await reaches(z.object({ broker_url: z.string() }).parse(rotated.body).broker_url)).toBe(true)
  })
})

describe('a hub without a broker', () => {
  it('makes no queue for Codabench workers, and says why', async () => {
    await using rig = await startHubRig()
    const refused = await rig.organizer('POST', '/api/queues/', { name: 'Mine' })
    expect(refused).toMatchObject({ status: 503, body: { code: 'no-broker' } })
    expect(refused.text).toContain('--amqp')
  })
})
