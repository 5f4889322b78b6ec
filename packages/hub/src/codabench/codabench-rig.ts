import { openRecords } from '@scoregate/storage/records'
import { connect, type GetMessage } from 'amqplib'
import { z } from 'zod'
import { startTestBroker, type TestBroker } from '../../../../test/rabbitmq-rig.ts'
import { BUNDLE_YAML, bundle } from '../bundle-rig.ts'
import { type HubRig, startHubRig, until } from '../hub-rig.ts'
import type { HubTables } from '../migrations/hub-tables.ts'
import { readBrokerSettings } from './broker-settings.ts'

/** A submission as its organizer sees it by the API. */
type Shown = z.infer<typeof Shown>
const Shown = z.looseObject({
  id: z.number(),
  status: z.string(),
  reason_code: z.string().nullable(),
  children: z.array(z.number()),
})
const Made = z.object({ id: z.number(), broker_url: z.string() })

/** A hub with a broker, and a competition on a queue of Codabench workers. Gone when disposed of. */
export type CodabenchRig = AsyncDisposable & {
  readonly hub: HubRig
  readonly rabbit: TestBroker
  readonly queue: { readonly id: number; readonly brokerUrl: string; readonly vhost: string }
  readonly competition: number
  readonly phase: number
  /** A submission to the task with ingestion alone, or to both. */
  submit(tasks?: 'one' | 'both'): Promise<number>
  /** Waits for a status. */
  becomes(id: number, status: string): Promise<Shown>
  /** Waits until the broker has the job of a submission. */
  isPublished(id: number): Promise<void>
  /** Takes the messages that wait in the queue at the broker. */
  take(count: number): Promise<GetMessage[]>
}

/** A competition with ingestion and detailed results that publishes at once; its phase has two tasks. */
const YAML = BUNDLE_YAML.replace('human_in_the_loop: true', 'enable_detailed_results: true')
  .replace(
    'reference_data: truth}',
    `reference_data: truth, ingestion_program: ingestion/, input_data: inputs}
  - {index: 1, name: U, scoring_program: scoring/}`,
  )
  .replace('tasks: [0]}', 'tasks: [0, 1], execution_time_limit: 60, max_submissions_per_day: 0}')

export async function startCodabenchRig(more: { hubForWorkers?: string } = {}): Promise<CodabenchRig> {
  const rabbit = await startTestBroker()
  const settings = readBrokerSettings({ amqp: rabbit.amqpUrl, management: rabbit.managementUrl, ...more })
  const hub = await startHubRig({}, {}, settings)
  const { id: competition, phases } = await hub.createCompetition(
    bundle(YAML, { 'ingestion/metadata.yaml': 'command: python3 ingest.py', 'inputs/x.csv': 'x' }),
  )
  const made = Made.parse((await hub.organizer('POST', '/api/queues/', { name: 'Their machines' })).body)
  const changed = await hub.organizer('PATCH', `/api/competitions/${competition}/`, { queue: made.id })
  if (changed.status !== 200) throw new Error(changed.text)
  const phase = phases[0]?.id ?? 0
  const taskIds = phases[0]?.tasks.map((task) => task.id) ?? []
  const vhost = new URL(made.broker_url).pathname.slice(1)
  return {
    hub,
    rabbit,
    queue: { id: made.id, brokerUrl: made.broker_url, vhost },
    competition,
    phase,

    submit: (tasks = 'one') =>
      hub.submit(phase, hub.participant, { tasks: taskIds.slice(0, tasks === 'one' ? 1 : 2) }),

    becomes: (id, status) =>
      until(async () => {
        const shown = Shown.parse((await hub.organizer('GET', `/api/submissions/${id}/`)).body)
        if (shown.status === status) return shown
        if (['Finished', 'Failed', 'Cancelled'].includes(shown.status)) throw new Error(JSON.stringify(shown))
        return undefined
      }),

    async isPublished(id) {
      const records = await openRecords<HubTables>(`${hub.dataFolder}/hub.db`)
      await until(() =>
        records.db
          .selectFrom('broker_message')
          .select('id')
          .where('submission_id', '=', id)
          .where('state', '=', 'published')
          .executeTakeFirst(),
      )
      await records.close()
    },

    async take(count) {
      const connection = await connect(rabbit.vhostUrl(vhost))
      const channel = await connection.createChannel()
      const taken: GetMessage[] = []
      while (taken.length < count) {
        const message = await channel.get('compute-worker', { noAck: true })
        if (message !== false) taken.push(message)
      }
      await connection.close()
      return taken
    },

    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await rabbit[Symbol.asyncDispose]()
    },
  }
}
