import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { smallBundle, startInstallation } from './installation-rig.ts'

const SCORES = `
import json
json.dump({'acc': 0.5}, open('/app/output/scores.json', 'w'))
`
const WAITING = 50

describe('waiting for a person takes no slot of the worker', () => {
  it(`with one worker and ${WAITING} submissions awaiting validation, the next one starts at once`, async () => {
    await using site = await startInstallation()
    const competition = await site.createCompetition(smallBundle(SCORES))
    await site.hub('organizer', 'PATCH', `/api/competitions/${competition}/`, { published: true })
    await site.hub('participant', 'POST', `/api/competitions/${competition}/register/`)
    const found = await site.hub('organizer', 'GET', `/api/competitions/${competition}/`)
    const phase = z.looseObject({ phases: z.tuple([z.looseObject({ id: z.number() })]) }).parse(found)
      .phases[0].id

    const submissions: number[] = []
    for (let count = 0; count < WAITING; count++) {
      submissions.push(await site.submit(phase, { 'guess.csv': `a,${count}\n` }))
    }
    for (const submission of submissions) await site.untilStatus(submission, 'Awaiting validation')

    const next = await site.submit(phase, { 'guess.csv': 'a,next\n' })
    await site.untilStatus(next, 'Preparing', 'Running', 'Scoring', 'Awaiting validation')
    await site.untilStatus(next, 'Awaiting validation')
    const statuses = await Promise.all(submissions.map(async (id) => (await site.submission(id)).status))
    expect(new Set(statuses)).toEqual(new Set(['Awaiting validation']))
  }, 240_000)
})
