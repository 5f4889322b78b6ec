import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUNDLE_YAML, bundle } from '../../bundle-rig.ts'
import { type HubRig, startHubRig } from '../../hub-rig.ts'
import { parseBundleDate } from './bundle-date.ts'

describe('a bundle', () => {
  let rig: HubRig
  beforeAll(async () => {
    rig = await startHubRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  it('is refused with all of its errors at once, each with its line and a remedy', async () => {
    const yaml = `version: 2
title: Tiny
image: logo.png
terms: term.md
auto_run_submisions: true
pages:
  - {title: Overview, file: overview.md}
tasks:
  - {index: 0, name: T, scoring_program: scoring/}
  - {index: 0, scoring_program: logo.png}
phases:
  - name: One
    start: "2026-02-30"
    end: "2026-03-10"
    tasks: [0, 7]
  - name: Two
    start: "2026-04-01"
    end: "2026-03-01"
    tasks: [0]
  - name: Three
    start: "2026-02-01"
    tasks: [0]
leaderboards:
  - title: Results
    key: main
    submission_rule: Force_Bets
    columns:
      - {title: A, key: acc, index: 0}
      - {title: B, key: acc, index: 1, sorting: down, computation: avg, computation_indexes: [9]}
`
    const creation = await rig.createBundle(bundle(yaml))
    expect(creation.status).toBe('Failed')
    const found = creation.problems.map(({ where, what, remedy }) => `${where} ${what} | ${remedy}`)
    for (const expected of [
      /^competition\.yaml:4 the file "term\.md" is not in the bundle \| Did you mean "terms\.md"\?/,
      /^competition\.yaml:5 unknown key "auto_run_submisions" \| Did you mean "auto_run_submissions"\?/,
      /^competition\.yaml:10 the task index 0 is used twice/,
      /^competition\.yaml:10 "tasks\[1\]\.name" is missing/,
      /^competition\.yaml:10 "logo\.png" is a single file that is no zip/,
      /^competition\.yaml:13 "phases\[0\]\.start" is "2026-02-30", which is not a date/,
      /^competition\.yaml:15 there is no task with the index 7/,
      /^competition\.yaml:18 the phase ends before it starts/,
      /^competition\.yaml:21 the phase starts before the one before it has ended/,
      /^competition\.yaml:26 "leaderboards\[0\]\.submission_rule" is "Force_Bets", .* \| Did you mean "Force_Best"\?/,
      /^competition\.yaml:29 the column key "acc" is used twice/,
      /^competition\.yaml:29 "leaderboards\[0\]\.columns\[1\]\.sorting" is "down", which is not one of: desc, asc/,
      /^competition\.yaml:29 there is no column with the index 9/,
    ]) {
      expect(
        found.filter((line) => expected.test(line)),
        String(expected),
      ).toHaveLength(1)
    }
    const lines = creation.problems.map(({ where }) => Number(where.split(':')[1]))
    expect(lines).toEqual([...lines].sort((a, b) => a - b))
    for (const { what } of creation.problems) expect(creation.details).toContain(what)
  })

  it.each([
    ['a version that this hub does not read', BUNDLE_YAML.replace('version: 2', 'version: 1.5'), 'version 1'],
    ['no version', BUNDLE_YAML.replace('version: 2\n', ''), 'version 1'],
    ['YAML that is none', 'version: 2\ntitle: [', 'is not valid YAML'],
    ['a missing leaderboard', BUNDLE_YAML.replace(/leaderboards:[\s\S]*/, ''), '"leaderboards" is missing'],
    ['the singular "leaderboard"', BUNDLE_YAML.replace('leaderboards:', 'leaderboard:'), 'unknown key'],
    ['a key of another queue', `${BUNDLE_YAML}queue: 5b6e\n`, 'queue of another platform'],
    ['a path that climbs out', BUNDLE_YAML.replace('logo.png', '../../etc/passwd'), 'is not in the bundle'],
    ['an absolute path', BUNDLE_YAML.replace('terms.md', '/etc/passwd'), 'is not in the bundle'],
  ])('with %s is refused', async (_, yaml, what) => {
    const creation = await rig.createBundle(bundle(yaml))
    expect([creation.status, creation.details]).toEqual(['Failed', expect.stringContaining(what)])
  })

  it('is refused without its YAML, with an empty page, or a program without a command', async () => {
    const { 'competition.yaml': yaml, ...others } = bundle()
    expect((await rig.createBundle({ ...others, 'deep/er/competition.yaml': yaml })).details).toContain(
      'move it',
    )
    expect((await rig.createBundle(bundle(BUNDLE_YAML, { 'terms.md': ' ' }))).details).toContain('is empty')
    const { 'scoring/metadata.yaml': _, ...withoutCommand } = bundle()
    expect((await rig.createBundle(withoutCommand)).details).toContain('has no metadata.yaml')
  })

  it('may lie in one folder, with the litter of file managers beside it', async () => {
    const nested = Object.entries(bundle()).map(([name, content]) => [`tiny/${name}`, content])
    const creation = await rig.createBundle({
      ...Object.fromEntries(nested),
      '__MACOSX/tiny/._competition.yaml': 'litter',
      'tiny/.DS_Store': 'litter',
    })
    expect([creation.status, creation.details]).toEqual(['Finished', ''])
  })

  it('may let its phases overlap, if it says so', async () => {
    const two = BUNDLE_YAML.replace(
      'phases:\n',
      'phases:\n  - {name: Early, start: "2026-01-01", tasks: [0]}\n',
    )
    expect((await rig.createBundle(bundle(two))).status).toBe('Failed')
    const creation = await rig.createBundle(bundle(`${two}phases_may_overlap: true\n`))
    expect([creation.status, creation.details]).toEqual(['Finished', ''])
  })

  it('makes the same archives from the same folders', async () => {
    const inputs = async () => {
      const { phase } = await rig.createCompetition()
      await rig.submit(phase)
      const { inputs } = await rig.takeJob()
      return [inputs.scoringProgram.sha256, inputs.referenceData?.sha256]
    }
    expect(await inputs()).toEqual(await inputs())
  })

  it('shows its progress to whoever uploaded it only', async () => {
    const { completed } = await rig.upload(rig.organizer, 'competition_bundle', Buffer.from('no zip'))
    const { status_id } = completed.body as { status_id: number } // the answer to completing a bundle
    const status = `/api/competitions/${status_id}/creation_status/`
    expect((await rig.participant('GET', status)).status).toBe(404)
    expect((await rig.visitor('GET', status)).status).toBe(401)
  })
})

describe('a date of a bundle', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31 08:15:30', '2026-01-31T08:15:30.000Z'],
    ['2026-01-31T08:15Z', '2026-01-31T08:15:00.000Z'],
    ['2026-01-31 08:15:00+02:00', '2026-01-31T06:15:00.000Z'],
    ['8-7-2019', '2019-08-07T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseBundleDate(text)?.toISOString()).toBe(expected)
  })

  it.each(['2026-02-30', '2026-13-01', 'soon', '2026-01-31 25:00', ''])('%s is none', (text) => {
    expect(parseBundleDate(text)).toBeUndefined()
  })
})
