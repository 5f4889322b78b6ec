import { ArtefactName } from '@scoregate/protocol/artefact'
import { WorkerSite } from '@scoregate/protocol/deposit'
import type { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CHECK_RULES } from './checks/check-rules.ts'
import {
  needsReview,
  type Policy,
  parsePolicy,
  resolveImage,
  rulesFor,
  STARTER_POLICY,
  workerSite,
} from './policy.ts'

const HEAD = 'version: 1\nsite: Test hospital\n'

function valid(text: string): { policy: Policy; digest: Digest } {
  const reading = parsePolicy(text, 'policy.yaml')
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems, null, 2))
  return reading
}

/** The problems as a person reads them, one a line. */
function problems(text: string): string[] {
  const reading = parsePolicy(text, 'policy.yaml')
  return reading.kind === 'valid'
    ? []
    : reading.problems.map(({ where, what, remedy }) => `${where}: ${what}. ${remedy}`)
}

const ANY = { id: 1, title: 'Sepsis early warning' }

describe('a policy', () => {
  it('is strict where it says nothing', () => {
    const { policy, digest } = valid(HEAD)
    expect(rulesFor(policy, ANY)).toEqual({
      review: 'always',
      timeoutSeconds: 86_400,
      unseen: 'refuse',
      signed: 'when-possible',
      failures: 'at-once',
      approvals: 1,
      twoFor: [],
      conflicts: [],
      releasable: ArtefactName.options,
      ticked: ['scores'],
      checks: DEFAULT_CHECK_RULES,
      retentionSeconds: 30 * 86_400,
    })
    const site = WorkerSite.parse(workerSite(policy, digest))
    expect(site.images).toEqual([])
    expect(site.limits).toMatchObject({ memoryBytes: 2 * 2 ** 30, timeSeconds: 3600, outputFiles: 10_000 })
  })

  it('has a starter that is valid, warns that real sites review always, and reviews when asked', () => {
    const rules = rulesFor(valid(STARTER_POLICY).policy, ANY)
    expect(rules).toMatchObject({ review: 'when-asked', ticked: ['scores'] })
    expect(STARTER_POLICY).toContain('A site with real data should use this')
    expect(needsReview(rules, true)).toBe(true)
    expect(needsReview(rules, false)).toBe(false)
  })

  it('lets the platform make it stricter, never looser', () => {
    const { policy } = valid(HEAD)
    expect(needsReview(rulesFor(policy, ANY), false)).toBe(true)
    expect(needsReview(rulesFor(policy, ANY), true)).toBe(true)
  })

  it('takes logs for the four streams', () => {
    const { policy } = valid(`${HEAD}release: { may: [scores, logs, scoring_stdout], ticked: [] }`)
    expect(rulesFor(policy, ANY)).toMatchObject({
      releasable: ['scores', 'ingestion_stdout', 'ingestion_stderr', 'scoring_stdout', 'scoring_stderr'],
      ticked: [],
    })
  })

  it('ticks nothing that may not leave', () => {
    expect(rulesFor(valid(`${HEAD}release: { may: [logs] }`).policy, ANY).ticked).toEqual([])
    const { policy } = valid(
      `${HEAD}release: { ticked: [scores, output] }\ncompetitions: { "*": { release: { may: [scores] } } }`,
    )
    expect(rulesFor(policy, ANY).ticked).toEqual(['scores'])
  })

  it('has a digest that follows what it says, not how it is written', () => {
    const digest = (text: string) => valid(text).digest
    expect(digest(`# note\nsite: "Test hospital"\nversion: 1\nretention: 30d\n`)).toBe(digest(HEAD))
    expect(digest(`${HEAD}retention: 31d`)).not.toBe(digest(HEAD))
    expect(digest(`${HEAD}images: { "a*": x, "*": y }`)).not.toBe(
      digest(`${HEAD}images: { "*": y, "a*": x }`),
    )
  })
})

describe('the rules of one competition', () => {
  const { policy } = valid(`${HEAD}
release: { decimals: 3 }
competitions:
  "Sepsis*": { review: { required: when-asked, timeout: 30s, signed: required }, release: { decimals: 1 } }
  7: { retention: 1d }
  "*": { review: { failures: after-review } }
`)

  it('are those of the first pattern that fits, over the rules of the site', () => {
    expect(rulesFor(policy, ANY)).toMatchObject({
      review: 'when-asked',
      timeoutSeconds: 30,
      failures: 'at-once',
      signed: 'required',
      decimals: 1,
    })
    expect(rulesFor(policy, { id: 2, title: 'Other' })).toMatchObject({
      review: 'always',
      failures: 'after-review',
      signed: 'when-possible',
      decimals: 3,
    })
  })

  it('are found in the order of the file, also where a key is a number', () => {
    expect(rulesFor(policy, { id: 7, title: 'Sepsis' }).retentionSeconds).toBe(30 * 86_400)
    expect(rulesFor(policy, { id: 7, title: 'Other' }).retentionSeconds).toBe(86_400)
  })

  it('cannot be had by calling a competition like the number of another', () => {
    expect(rulesFor(policy, { id: 8, title: '7' }).retentionSeconds).toBe(30 * 86_400)
  })
})

describe('a policy with mistakes', () => {
  it('names file, line, column, key, what was seen and what is allowed, all at once', () => {
    const found = problems(
      'version: 1\nsite: Test\nreview:\n  requird: always\n  timeout: soon\n  failures: atonce\nlimits: { memory: 3 gigs, cpus: 0 }\nimages: { a: 5 }\n',
    )
    expect(found.sort()).toEqual([
      'policy.yaml:4:3: review.requird: no such key. Did you mean "required"? Allowed: required, timeout, failures, calendar, unseen, approvals, two_for, reviewers, conflicts, signed, claim.',
      'policy.yaml:5:3: review.timeout: "soon" is not accepted. Allowed: a whole number and a unit: 30s, 15m, 24h or 7d.',
      'policy.yaml:6:3: review.failures: "atonce" is not accepted. Did you mean "at-once"? Allowed: at-once, after-review.',
      expect.stringMatching(/^policy\.yaml:7:11: limits\.memory: "3 gigs" is not accepted\. .*2GiB/),
      expect.stringMatching(
        /^policy\.yaml:7:27: limits\.cpus: 0 is not accepted\. Allowed: a number above 0/,
      ),
      expect.stringMatching(/^policy\.yaml:8:11: images\.a: 5 is not accepted\. Allowed: an image/),
    ])
  })

  it.each([
    ['nothing in it', '', /site: is missing/],
    ['a list', '- version', /^policy\.yaml:1:1: the file: a list is not accepted here/],
    ['a key twice', `${HEAD}site: again\n`, /^policy\.yaml:3:1: Map keys must be unique/],
    ['broken YAML', `${HEAD}review: [\n`, /^policy\.yaml:4:1: /],
    ['an unknown tag', `${HEAD}retention: !days 3\n`, /^policy\.yaml:3:12: Unresolved tag/],
    ['an alias', `${HEAD}review: &a {}\nrelease: *a\n`, /^policy\.yaml:4:10: \*a: an alias/],
    ['an empty part', `${HEAD}review:\n`, /^policy\.yaml:3:1: review: is empty/],
    [
      'another version',
      'version: 2\nsite: x\n',
      /^policy\.yaml:1:1: version: 2 is not accepted\. Allowed: 1\./,
    ],
    [
      'a bare number for a time',
      `${HEAD}retention: 30\n`,
      /retention: 30 is not accepted\. Allowed: a whole number and a unit/,
    ],
    [
      'a tick for what may not leave',
      `${HEAD}release:\n  may: [logs]\n  ticked: [scores]\n`,
      /^policy\.yaml:5:3: release\.ticked: "scores" is not in release\.may/,
    ],
    [
      'such a tick for one competition',
      `${HEAD}release: { may: [scores] }\ncompetitions:\n  x:\n    release:\n      ticked: [output]\n`,
      /^policy\.yaml:7:7: competitions\.x\.release\.ticked: "output"/,
    ],
    ['an image that says nothing', `${HEAD}images: { a: {} }\n`, /images\.a: .*engine, bubblewrap/],
    [
      'a relative root for bubblewrap',
      `${HEAD}images: { a: { bubblewrap: srv } }\n`,
      /"srv" is not accepted\. Allowed: "host" or an absolute path/,
    ],
    [
      'data at a relative place',
      `${HEAD}data: [{ competition: x, source: here, target: /app/data, runs: [scoring] }]\n`,
      /data\.0\.source: "here" is not accepted/,
    ],
    [
      'data mounted over programs',
      `${HEAD}data: [{ competition: x, source: /srv, target: /usr, runs: [scoring] }]\n`,
      /data\.0\.target: "\/usr" is not accepted/,
    ],
    ...['program', 'output', 'input', 'ingested_program', 'shared', '..', '.', ''].map(
      (name): [string, string, RegExp] => [
        `data at /app/${name}, which is the run's own or none at all`,
        `${HEAD}data: [{ competition: x, source: /srv, target: "/app/${name}", runs: [scoring] }]\n`,
        /^policy\.yaml:3:40: data\.0\.target: .* is not accepted\. Allowed: \/app\/input_data, /,
      ],
    ),
    ...['ingestion', 'submission', 'scoring, submission'].map((runs): [string, string, RegExp] => [
      `data for ${runs} without a word that participants' code reads it`,
      `${HEAD}data:\n  - competition: x\n    source: /srv\n    target: /app/data\n    runs: [${runs}]\n`,
      /^policy\.yaml:7:5: data\.0\.runs: participants' code runs in "(?:ingestion|submission)", and could read this folder\. Name only scoring, or add beside_participant_code: true/,
    ]),
    [
      'a word of such data that says the opposite',
      `${HEAD}data: [{ competition: x, source: /srv, target: /app/data, runs: [ingestion], beside_participant_code: false }]\n`,
      /data\.0\.runs: participants' code runs in/,
    ],
    [
      'data for no run',
      `${HEAD}data: [{ competition: x, source: /srv, target: /app/data, runs: [] }]\n`,
      /data\.0\.runs/,
    ],
  ])('is refused for %s', (_name, text, problem) => {
    expect(
      problems(text).some((one) => problem.test(one)),
      problems(text).join('\n'),
    ).toBe(true)
  })

  it('never throws, whatever the text', () => {
    const soup = fc.string({
      unit: fc.constantFrom(
        'version: 1\n',
        'site: x\n',
        'review:',
        ' ',
        '\n',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '&a',
        '*a',
        '!',
        '"',
        ':',
        '1',
        '__proto__: x\n',
      ),
      maxLength: 40,
    })
    fc.assert(
      fc.property(soup, (text) => ['valid', 'invalid'].includes(parsePolicy(text, 'p').kind)),
      { numRuns: 1000 },
    )
  })
})

describe('the data of a policy', () => {
  const data = (runs: string, more = '') =>
    `${HEAD}data: [{ competition: x, source: /srv, target: /app/input/ref, runs: [${runs}]${more} }]\n`
  const mounts = (text: string) => {
    const { policy, digest } = valid(text)
    return WorkerSite.parse(workerSite(policy, digest)).data
  }

  it("goes to the scoring program, and to participants' code only where the policy says so in as many words", () => {
    const mount = { competition: 'x', source: '/srv', target: '/app/input/ref' }
    expect(mounts(data('scoring'))).toEqual([{ ...mount, runs: ['scoring'] }])
    expect(mounts(data('ingestion, scoring', ', beside_participant_code: true'))).toEqual([
      { ...mount, runs: ['ingestion', 'scoring'] },
    ])
  })
})

describe('the size of the cache', () => {
  const cacheBytes = (text: string) => {
    const { policy, digest } = valid(text)
    return workerSite(policy, digest).limits.cacheBytes
  }

  it('is ten gibibytes, another size, or nothing at all', () => {
    expect(cacheBytes(HEAD)).toBe(10 * 2 ** 30)
    expect(cacheBytes(`${HEAD}limits: { cache: 2GB }`)).toBe(2e9)
    expect(cacheBytes(`${HEAD}limits: { cache: 0 }`)).toBe(0)
    expect(problems(`${HEAD}limits: { cache: no }`)).toEqual([
      expect.stringMatching(
        /^policy\.yaml:3:11: limits\.cache: "no" is not accepted\. Allowed: 0, or a whole number/,
      ),
    ])
  })
})

describe('running side by side', () => {
  it('is for the competitions whose first pattern says so', () => {
    const { policy, digest } = valid(
      `${HEAD}competitions: { "Talk*": { side_by_side: true }, 7: {}, "*": { side_by_side: false } }`,
    )
    expect(workerSite(policy, digest).competitions).toEqual([
      { pattern: 'Talk*', sideBySide: true },
      { pattern: '7', sideBySide: false },
      { pattern: '*', sideBySide: false },
    ])
  })
})

describe('the images of a policy', () => {
  const { imageRules } = valid(`${HEAD}
images:
  "exact:1": host
  12: twelve
  "root/*": /srv/rootfs
  "codalab/*": scoring-base:1
  "both": { engine: e, bubblewrap: /b }
  "python:*": { engine: "mirror.example/*" }
  "p*": host
`).policy

  it.each([
    ['exact:1', 'bubblewrap', 'host'],
    ['exact:1', 'engine', undefined],
    ['12', 'engine', 'twelve'],
    ['root/x/y', 'bubblewrap', '/srv/rootfs'],
    ['codalab/a:py37', 'engine', 'scoring-base:1'],
    ['codalab/a:py37', 'bubblewrap', undefined],
    ['both', 'engine', 'e'],
    ['both', 'bubblewrap', '/b'],
    ['python:3.11', 'engine', 'mirror.example/python:3.11'],
    // The first pattern that fits decides, also when it has nothing for this sandbox.
    ['python:3.11', 'bubblewrap', undefined],
    ['perl', 'bubblewrap', 'host'],
    ['other', 'engine', undefined],
    ['EXACT:1', 'bubblewrap', undefined],
    ['python:$&', 'engine', undefined],
    ['python:x --privileged', 'engine', undefined],
    ['-python', 'engine', undefined],
    ['', 'engine', undefined],
  ] as const)('make of %j in %s: %j', (name, sandbox, image) => {
    expect(resolveImage(imageRules, name, sandbox)).toEqual(
      image === undefined ? { kind: 'not-allowed' } : { kind: 'image', image, pull: 'never', gpu: [] },
    )
  })

  const DIGEST = `sha256:${'0a'.repeat(32)}`
  const resolved = (entry: string, sandbox: 'engine' | 'bubblewrap' = 'engine') =>
    resolveImage(valid(`${HEAD}images: { "*": ${entry} }`).policy.imageRules, 'python:3', sandbox)

  it('are pinned by a digest in the image or beside it', () => {
    for (const entry of [`{ engine: "p:3@${DIGEST}" }`, `{ engine: "p:3", digest: "${DIGEST}" }`]) {
      expect(resolved(entry)).toMatchObject({ image: `p:3@${DIGEST}`, pull: 'never', gpu: [] })
    }
    expect(resolved(`{ engine: "${DIGEST}" }`)).toMatchObject({ image: DIGEST })
  })

  it('may be fetched, and have a GPU, where the policy says so', () => {
    const entry = `{ engine: p, bubblewrap: host, digest: "${DIGEST}", pull: if-missing, gpu: [nvidia.com/gpu=all] }`
    expect(resolved(entry)).toMatchObject({ pull: 'if-missing', gpu: ['nvidia.com/gpu=all'] })
    expect(resolved(entry, 'bubblewrap')).toMatchObject({ image: 'host', gpu: ['nvidia.com/gpu=all'] })
  })

  it.each([
    ['fetched without a digest', '{ engine: p, pull: if-missing }', /pull: if-missing with/],
    ['fetched by an id', `{ engine: "${DIGEST}", pull: if-missing }`, /pull: if-missing with/],
    ['pinned twice', `{ engine: "p@${DIGEST}", digest: "${DIGEST}" }`, /one digest/],
    ['pinned by anything else', '{ engine: p, digest: latest }', /sha256:/],
    ['pinned where no engine is', `{ bubblewrap: host, digest: "${DIGEST}" }`, /beside an engine image/],
    ['given a device without a class', '{ engine: p, gpu: [all] }', /nvidia.com\/gpu=all/],
  ])('are not %s', (_, entry, told) => {
    const reading = parsePolicy(`${HEAD}images: { a: ${entry} }\n`, 'policy.yaml')
    expect(reading.kind === 'invalid' && reading.problems.map(({ remedy }) => remedy)).toEqual([
      expect.stringMatching(told),
    ])
  })
})

describe('the hosts of webhooks', () => {
  it('are hosts as addresses have them', () => {
    const hosts = ['chat.example.org', 'chat.example.org:8443', '127.0.0.1:8065', '[::1]:8065']
    const { policy } = valid(`${HEAD}notices: { webhook_hosts: ${JSON.stringify(hosts)} }`)
    expect(policy.notices?.webhook_hosts).toEqual(hosts)
    expect(valid(HEAD).policy.notices).toBeUndefined()
  })

  it.each([
    'https://chat.example.org',
    'chat.example.org/path',
    '*.example.org',
    'Chat.example.org',
    'a.org:443',
  ])('are not %s', (host) => {
    const reading = parsePolicy(`${HEAD}notices: { webhook_hosts: ["${host}"] }\n`, 'policy.yaml')
    expect(reading.kind === 'invalid' && reading.problems.map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining('a host, with its port'),
    ])
  })
})

describe('a stricter policy', () => {
  const artefacts = fc.uniqueArray(fc.constantFrom(...ArtefactName.options))

  it('never lets out more than a looser one', () => {
    fc.assert(
      fc.property(artefacts, artefacts, (may, alsoMay) => {
        const rules = (names: readonly string[]) =>
          rulesFor(valid(`${HEAD}release: { may: [${names.join(', ')}] }`).policy, ANY)
        const loose = rules([...new Set([...may, ...alsoMay])])
        const strict = rules(may)
        for (const name of strict.releasable) expect(loose.releasable).toContain(name)
        for (const name of strict.ticked) expect(strict.releasable).toContain(name)
      }),
    )
  })
})

describe('the calendar of a policy', () => {
  const CALENDAR =
    '{ timezone: Europe/Berlin, days: [mon, fri], hours: [08:00, 18:00], holidays: [2026-12-24] }'
  const calendar = { timezone: 'Europe/Berlin', days: ['mon', 'fri'], hours: ['08:00', '18:00'] }
  const withCalendar = (text: string, more = '') => `${HEAD}review: { calendar: ${text} }\n${more}`

  it('is that of the site, of a competition, or none', () => {
    expect(rulesFor(valid(HEAD).policy, ANY).calendar).toBeUndefined()
    const { policy } = valid(
      withCalendar(
        CALENDAR,
        'competitions:\n  Fast: { review: { calendar: none } }\n  Own: { review: { calendar: { timezone: UTC, days: [sun], hours: [00:00, 24:00] } } }\n',
      ),
    )
    expect(rulesFor(policy, ANY).calendar).toEqual({ ...calendar, holidays: ['2026-12-24'] })
    expect(rulesFor(policy, { id: 2, title: 'Fast' }).calendar).toBeUndefined()
    expect(rulesFor(policy, { id: 3, title: 'Own' }).calendar).toMatchObject({
      timezone: 'UTC',
      holidays: [],
    })
  })

  it.each([
    ['timezone: Europe/Berlin', 'timezone: Europe/Hamelin', 'the name of a time zone'],
    ['timezone: Europe/Berlin', 'timezone: +02:00', 'the name of a time zone'],
    ['days: [mon, fri]', 'days: []', 'review.calendar.days'],
    ['days: [mon, fri]', 'days: [monday]', 'review.calendar.days.0'],
    ['[08:00, 18:00]', '[18:00, 08:00]', 'the beginning first'],
    ['[08:00, 18:00]', '[8:00, 18:00]', 'a time of day'],
    ['[08:00, 18:00]', '[08:00]', 'review.calendar.hours'],
    ['[2026-12-24]', '[2026-02-30]', 'a day, 2026-12-24'],
    ['[2026-12-24]', '[24.12.]', 'a day, 2026-12-24'],
  ])('names what is wrong: %s is not %s', (right, wrong, words) => {
    const found = problems(withCalendar(CALENDAR.replace(right, wrong)))
    expect(found.join('\n')).toContain(words)
    expect(found).toHaveLength(1)
  })

  it('allows no time-out of more than a year of working time', () => {
    const long = withCalendar(CALENDAR).replace('review: {', 'review: { timeout: 400d,')
    expect(problems(long)).toEqual([expect.stringContaining('more than 365d, and only working time counts')])
    expect(problems(`${HEAD}review: { timeout: 400d }\n`)).toEqual([])
  })
})
