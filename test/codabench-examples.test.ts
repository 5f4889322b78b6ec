import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type BundleFiles, startInstallation, testPolicy } from './installation-rig.ts'
import { brokerTrouble, startTestBroker } from './rabbitmq-rig.ts'

const EXAMPLE = 'examples/sepsis-early-warning'
const trouble = brokerTrouble()

const Scored = z.object({ scores: z.array(z.object({ column_key: z.string(), score: z.string() })) })

/** All files below a folder, by their path in it. */
async function filesBelow(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = files.map(async (file) => [file.slice(folder.length + 1), await readFile(file)] as const)
  return Object.fromEntries(await Promise.all(read))
}

/** The example without data-side review at the hub, which a queue of Codabench workers excludes: here the site asks for it. */
async function exampleBundle(): Promise<BundleFiles> {
  const bundle = await filesBelow(`${EXAMPLE}/bundle`)
  const yaml = String(bundle['competition.yaml'])
  const changed = yaml.replace('human_in_the_loop: true', 'human_in_the_loop: false')
  expect(changed).not.toBe(yaml)
  return { ...bundle, 'competition.yaml': changed }
}

it.runIf(trouble === undefined)(
  `results and code of the example go from a hub over RabbitMQ to a site, and only what is approved comes back${trouble === undefined ? '' : `: ${trouble}`}`,
  async () => {
    await using rabbit = await startTestBroker()
    await using platform = await startInstallation({
      environment: { SCOREGATE_AMQP: rabbit.amqpUrl, SCOREGATE_AMQP_MANAGEMENT: rabbit.managementUrl },
    })
    const competition = await platform.createCompetition(await exampleBundle())
    const made = await platform.hub('organizer', 'POST', '/api/queues/', { name: 'Hospital machines' })
    const queue = z.object({ id: z.number(), broker_url: z.string() }).parse(made)
    await platform.hub('organizer', 'PATCH', `/api/competitions/${competition}/`, { queue: queue.id })
    await platform.hub('organizer', 'PATCH', `/api/competitions/${competition}/`, { published: true })
    await platform.hub('participant', 'POST', `/api/competitions/${competition}/register/`)
    const described = await platform.hub('organizer', 'GET', `/api/competitions/${competition}/`)
    const { phases } = z.object({ phases: z.array(z.object({ id: z.number() })) }).parse(described)

    await using site = await startInstallation({
      policy: `${testPolicy({ review: 'always' })}
codabench:
  - api: ${platform.ready.hub}/api
    competition: { id: 44, title: Sepsis early warning }
    columns: [{ key: auroc, decimals: 3, range: [0, 1] }]
    storage: [${platform.ready.hub}]
`,
      sandbox: 'engine',
      environment: { BROKER_URL: queue.broker_url },
    })

    // The scores that examples/README names, as far as the policy of the site lets them go.
    const kinds = [
      { kind: 'honest-results', phase: phases[0]?.id ?? 0, score: '0.819' },
      { kind: 'honest-model', phase: phases[1]?.id ?? 0, score: '0.808' },
    ]
    for (const { kind, phase, score } of kinds) {
      const id = await platform.submit(phase, await filesBelow(`${EXAMPLE}/submissions/${kind}`))
      await platform.untilStatus(id, 'Awaiting validation')
      const { id: hold, digest } = await site.holdOf(id)
      const scores = async () =>
        Scored.parse(await platform.hub('participant', 'GET', `/api/submissions/${id}/`)).scores
      expect(await scores(), kind).toEqual([])

      await site.desk('POST', `/api/holds/${hold}/decision`, { decision: 'approve', digest })
      await platform.untilStatus(id, 'Finished')
      expect(await scores(), kind).toMatchObject([{ column_key: 'auroc', score }])
    }
  },
)
