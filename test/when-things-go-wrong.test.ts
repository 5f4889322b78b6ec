import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Installation, smallBundle, startInstallation, testPolicy, until } from './installation-rig.ts'

/** Scores half of what it says, and prints the private labels, as a careless scoring program does. */
const HONEST = `
import json, sys
truth = dict(line.split(',') for line in open('/app/input/ref/labels.csv').read().split())
guess = dict(line.split(',') for line in open('/app/input/res/guess.csv').read().split())
print('PRIVATE-LABELS', truth)
right = sum(truth[key] == guess.get(key) for key in truth)
json.dump({'acc': right / len(truth)}, open('/app/output/scores.json', 'w'))
`
const CRASHES = `
import sys
print('PRIVATE-LABELS', open('/app/input/ref/labels.csv').read())
raise SystemExit('the label of patient a is 1: PRIVATE-LABELS')
`
/** Runs until a file that the test controls appears: here, for long enough to be killed in the middle. */
const SLOW = `
import json, time
time.sleep(4)
json.dump({'acc': 0.25}, open('/app/output/scores.json', 'w'))
`
const GUESSES = { 'guess.csv': 'a,1\nb,1\n' }

const Leaderboard = z.looseObject({ submissions: z.array(z.looseObject({ id: z.number() })) })

async function phaseOf(site: Installation, competition: number): Promise<number> {
  const found = await site.hub('organizer', 'GET', `/api/competitions/${competition}/`)
  const { phases } = z.looseObject({ phases: z.array(z.looseObject({ id: z.number() })) }).parse(found)
  const phase = phases[0]
  if (phase === undefined) throw new Error('the competition has no phase')
  await site.hub('participant', 'POST', `/api/competitions/${competition}/register/`)
  return phase.id
}

/** A competition with this scoring program, published and joined; returns its phase. */
async function openPhase(site: Installation, scoringProgram: string, review = true): Promise<number> {
  const competition = await site.createCompetition(smallBundle(scoringProgram, { review }))
  await site.hub('organizer', 'PATCH', `/api/competitions/${competition}/`, { published: true })
  return phaseOf(site, competition)
}

async function leaderboardIds(site: Installation, phase: number): Promise<number[]> {
  const board = await site.hub('participant', 'GET', `/api/phases/${phase}/get_leaderboard/`)
  return Leaderboard.parse(board).submissions.map(({ id }) => id)
}

/** Everything that the hub's API tells a participant of a submission, as one text. */
async function allThatTheHubSays(site: Installation, phase: number, submission: number): Promise<string> {
  const paths = [
    `/api/submissions/${submission}/`,
    `/api/submissions/${submission}/get_details/`,
    `/api/phases/${phase}/get_leaderboard/`,
  ]
  const answers = await Promise.all(paths.map((path) => site.hub('participant', 'GET', path)))
  return JSON.stringify(answers)
}

describe('a submission ends as it should', () => {
  it('released: the approved score and nothing else is on the leaderboard', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, HONEST)
    const submission = await site.submit(phase, GUESSES)
    await site.untilStatus(submission, 'Awaiting validation')
    expect(await leaderboardIds(site, phase)).toEqual([])

    const hold = await site.holdOf(submission)
    await site.desk('POST', `/api/holds/${hold.id}/decision`, { decision: 'approve', digest: hold.digest })
    await site.untilStatus(submission, 'Finished')
    expect(await leaderboardIds(site, phase)).toEqual([submission])
    const said = await allThatTheHubSays(site, phase, submission)
    expect(said).toMatch(/0\.5/)
    expect(said).not.toContain('PRIVATE-LABELS')
  })

  it('published at once where the organizer and the policy say so; held where the policy is stricter', async () => {
    await using lax = await startInstallation()
    const open = await openPhase(lax, HONEST, false)
    const atOnce = await lax.submit(open, GUESSES)
    await lax.untilStatus(atOnce, 'Finished')

    await using strict = await startInstallation({ policy: testPolicy({ review: 'always' }) })
    const phase = await openPhase(strict, HONEST, false)
    const held = await strict.submit(phase, GUESSES)
    await strict.untilStatus(held, 'Awaiting validation')
  })

  it('rejected: Failed with the reason, nothing published, and no second decision', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, HONEST)
    const submission = await site.submit(phase, GUESSES)
    const hold = await site.holdOf(submission)
    await site.desk('POST', `/api/holds/${hold.id}/decision`, {
      decision: 'reject',
      digest: hold.digest,
      reason: 'The log prints labels.',
    })
    await site.untilStatus(submission, 'Failed')
    expect((await site.submission(submission)).status_details).toContain('did not release')
    expect(await leaderboardIds(site, phase)).toEqual([])
    await expect(
      site.desk('POST', `/api/holds/${hold.id}/decision`, { decision: 'approve', digest: hold.digest }),
    ).rejects.toThrow(/409/)
    expect(await allThatTheHubSays(site, phase, submission)).not.toMatch(/PRIVATE|prints labels|0\.5/)
  })

  it('expired: nobody looked in time', async () => {
    await using site = await startInstallation({ policy: testPolicy({ timeout: '3s' }) })
    const phase = await openPhase(site, HONEST)
    const submission = await site.submit(phase, GUESSES)
    await site.untilStatus(submission, 'Awaiting validation')
    await site.untilStatus(submission, 'Failed')
    expect((await site.submission(submission)).status_details).toContain('timed out')
    expect(await leaderboardIds(site, phase)).toEqual([])
  })

  it('crashed: Failed at once with a fixed sentence, and the logs held apart for the reviewer to release', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, CRASHES)
    const submission = await site.submit(phase, GUESSES)
    await site.untilStatus(submission, 'Failed')
    expect((await site.submission(submission)).status_details).toBe(
      'The scoring program stopped with an error.',
    )
    expect(await allThatTheHubSays(site, phase, submission)).not.toContain('PRIVATE-LABELS')

    const hold = await site.holdOf(submission, 'failed')
    await site.readFiles(hold.id)
    await site.desk('POST', `/api/holds/${hold.id}/decision`, {
      decision: 'approve',
      digest: hold.digest,
      artefacts: ['scoring_stderr'],
    })
    const Details = z.looseObject({
      logs: z.array(z.looseObject({ name: z.string(), data_file: z.string().nullish() })),
    })
    const log = await until('the released log', async () => {
      const details = await site.hub('participant', 'GET', `/api/submissions/${submission}/get_details/`)
      return Details.parse(details).logs.find(({ data_file }) => data_file)?.data_file ?? undefined
    })
    const text = await (await fetch(new URL(log, site.ready.hub))).text()
    expect(text).toContain('the label of patient a is 1')
    expect((await site.submission(submission)).status).toBe('Failed')
  })
})

describe('a part that is killed', () => {
  it('worker, in the middle of a run: the job goes back and is run again', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, SLOW)
    const submission = await site.submit(phase, GUESSES)
    await site.untilStatus(submission, 'Scoring')
    await site.killPart('worker')
    await site.untilStatus(submission, 'Awaiting validation')
    expect(await leaderboardIds(site, phase)).toEqual([])
  })

  it('desk, with a hold that waits: the hold is there afterwards, and its release is published once', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, HONEST)
    const submission = await site.submit(phase, GUESSES)
    await site.untilStatus(submission, 'Awaiting validation')
    await site.killPart('desk')
    const hold = await until('the desk', () => site.holdOf(submission).catch(() => undefined))
    expect(await leaderboardIds(site, phase)).toEqual([])
    await site.desk('POST', `/api/holds/${hold.id}/decision`, { decision: 'approve', digest: hold.digest })
    await site.killPart('desk')
    await site.untilStatus(submission, 'Finished')
    expect(await leaderboardIds(site, phase)).toEqual([submission])
  })

  it('hub, while a run goes on and while a release waits: everything arrives afterwards', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, SLOW)
    const submission = await site.submit(phase, GUESSES)
    await site.untilStatus(submission, 'Scoring')
    await site.killPart('hub')
    await until('the hub', () => site.untilStatus(submission, 'Awaiting validation').catch(() => undefined))
    expect(await leaderboardIds(site, phase)).toEqual([])
    const hold = await site.holdOf(submission)
    await site.killPart('hub')
    await site.desk('POST', `/api/holds/${hold.id}/decision`, { decision: 'approve', digest: hold.digest })
    await until('the hub', () => site.untilStatus(submission, 'Finished').catch(() => undefined))
    expect(await leaderboardIds(site, phase)).toEqual([submission])
  })

  it('all of them, stopped and started again: a second start keeps everything', async () => {
    await using site = await startInstallation()
    const phase = await openPhase(site, HONEST)
    const submission = await site.submit(phase, GUESSES)
    const hold = await site.holdOf(submission)
    await site.restart()
    expect(await site.holdOf(submission)).toEqual(hold)
    expect((await site.submission(submission)).status).toBe('Awaiting validation')
  })
})
