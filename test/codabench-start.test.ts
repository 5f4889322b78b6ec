import { expect, it } from 'vitest'
import { z } from 'zod'
import { startCodabenchSite } from '../packages/worker/src/codabench/codabench-site-rig.ts'
import { pythonProgram, RESULTS } from '../packages/worker/src/test-programs-rig.ts'
import { startInstallation, testPolicy, until } from './installation-rig.ts'
import { brokerTrouble, startTestBroker } from './rabbitmq-rig.ts'

const trouble = brokerTrouble()

const HoldLines = z.looseObject({
  holds: z.array(z.looseObject({ id: z.string(), digest: z.string(), submissionId: z.number() })),
})

const SLOW = pythonProgram(
  "import json, time\ntime.sleep(4)\njson.dump({'accuracy': 0.5}, open('/app/output/scores.json', 'w'))",
)

it.skipIf(trouble !== undefined)(
  `a site on a Codabench queue, started from the .env of a worker's owner, loses nothing when its parts are killed${trouble === undefined ? '' : `: ${trouble}`}`,
  async () => {
    await using rabbit = await startTestBroker()
    await using codabench = await startCodabenchSite({ rabbit })
    await using site = await startInstallation({
      policy: `${testPolicy({ review: 'always' })}
codabench:
  - api: ${codabench.api}
    competition: { id: 44, title: Sepsis }
    columns: [{ key: accuracy }]
`,
      environment: {
        // As a file with the line ends of Windows leaves them in a shell.
        ...{ BROKER_URL: `${rabbit.queueUrl}\r`, BROKER_USE_SSL: 'False\r', USE_GPU: 'False\r' },
        // No hub is started: that another program has its port is of no interest.
        SCOREGATE_HUB_PORT: new URL(codabench.origin).port,
      },
    })

    const holdOf = (submission: number) =>
      until(`the hold of submission ${submission}`, async () => {
        const { holds } = HoldLines.parse(await site.desk('GET', '/api/holds?list=waiting'))
        return holds.find(({ submissionId }) => submissionId === submission)
      })
    const approve = async (submission: number) => {
      const { id, digest } = await holdOf(submission)
      await until('the checks', async () => {
        const { checks } = z
          .looseObject({ checks: z.looseObject({ state: z.string() }) })
          .parse(await site.desk('GET', `/api/holds/${id}`))
        return checks.state === 'ended' ? true : undefined
      })
      await site.desk('POST', `/api/holds/${id}/decision`, { decision: 'approve', digest })
    }
    const heardScores = (submission: number) =>
      until(`the scores of submission ${submission}`, async () =>
        codabench.scoreRows(submission).length > 0 ? true : undefined,
      )

    // Killed in the middle of a run: it is run again, and the platform makes no second scoring job.
    const first = await codabench.submit({ ...RESULTS, scoringProgram: SLOW })
    await until('the run', async () => (codabench.status(first) === 'Running' ? true : undefined))
    await site.killPart('worker')
    await approve(first)
    await heardScores(first)
    expect(codabench.story(first).filter((word) => word === 'Scoring')).toHaveLength(1)

    // Killed with a decision taken and nothing told: it is told once.
    const second = await codabench.submit(RESULTS)
    const { id } = await holdOf(second)
    codabench.state.down = true
    await approve(second)
    await site.killPart('desk')
    codabench.state.down = false
    await heardScores(second)
    await until('the release', async () => {
      // The desk comes back in its own time.
      const hold = await site.desk('GET', `/api/holds/${id}`).catch(() => undefined)
      return z.looseObject({ state: z.literal('released') }).safeParse(hold).success ? true : undefined
    })
    expect(codabench.scoreRows(second)).toHaveLength(1)
    expect(codabench.story(second).filter((word) => word === 'Finished')).toHaveLength(1)
  },
  240_000,
)
