import { describe, expect, it } from 'vitest'
import { pythonProgram, RESULTS } from './test-programs-rig.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'
import { startTestSite, type TestInputs, type TestSite, until } from './test-site-rig.ts'

/** Stands for what may not be in a log: it is printed, raised, written and named by the programs of these runs. */
const SECRET = 'PATIENT-17-HAS-SEPSIS'
const TERMINAL = '\u001b]0;retitled\u0007\u001b[2J'

const scoring = (source: string): TestInputs => ({
  ...RESULTS,
  scoringProgram: pythonProgram(`SECRET = ${JSON.stringify(SECRET)}\n${source}`),
})

/** Programs that put the secret wherever a careless worker would log it. */
const HOSTILE: readonly [string, TestInputs][] = [
  [
    'prints it, with what a terminal obeys',
    scoring(`print(SECRET, ${JSON.stringify(TERMINAL)}, flush=True)`),
  ],
  ['raises it', scoring('raise RuntimeError(SECRET)')],
  ['prints what is no text', scoring(`import sys; sys.stdout.buffer.write(b'\\xff\\xfe' + SECRET.encode())`)],
  ['names a file so', scoring(`open('/app/output/' + SECRET, 'w').write(SECRET)`)],
  ['names a link so', scoring(`import os; os.symlink('/app/input/ref/truth.txt', '/app/output/' + SECRET)`)],
  ['names a folder so that it cannot be read', scoring(`import os; os.mkdir('/app/output/' + SECRET, 0)`)],
  ['names a pipe so', scoring(`import os; os.mkfifo('/app/output/' + SECRET)`)],
  [
    'scores it',
    scoring(`open('/app/output/scores.json', 'w').write('{"' + SECRET + '": "' + SECRET + '"}')`),
  ],
  ['writes it as broken YAML', scoring(`open('/app/output/scores.txt', 'w').write('accuracy: "' + SECRET)`)],
  ['ends by it', scoring('raise SystemExit(len(SECRET))')],
  ['names a command so', { ...RESULTS, scoringProgram: pythonProgram('', `/app/program/${SECRET}`) }],
]

const sandboxes = await findTestSandboxes()

it('has a sandbox to run in', () => {
  expect(sandboxes).not.toEqual([])
})

/** Everything that the hub was told, as it came. */
const told = (site: TestSite) => JSON.stringify([site.messages, site.requests])

describe.each(sandboxes)('the log of a worker with $name', ({ sandbox, image }) => {
  it('has no text of a run, no link and no token, and neither has what the hub hears', async () => {
    await using site = await startTestSite({ sandbox, image })
    for (const [, inputs] of HOSTILE) await site.addJob(inputs)
    await site.startWorker()
    await until(() => expect(ended(site)).toBe(HOSTILE.length))
    for (const text of [site.logged(), told(site)]) {
      expect(text).not.toMatch(new RegExp(`${SECRET}|secret-signature|-token-`))
      expect(text).not.toContain('\u001b')
    }
    // Control: the secret was there to be logged.
    const sealed = [...site.blobs.values()].map((bytes) => bytes.toString('latin1')).join()
    expect(sealed).toContain(SECRET)
    expect(site.logged().match(/a job is taken/g)).toHaveLength(HOSTILE.length)
  })

  it('has no link of an input that cannot be fetched', async () => {
    await using site = await startTestSite({ sandbox, image })
    const gone = await site.addJob(RESULTS)
    gone.inputs.submission.url = gone.inputs.submission.url.replace(/inputs\/[^?]+/, `inputs/${SECRET}`)
    const away = await site.addJob(RESULTS)
    away.inputs.submission.url = `http://127.0.0.1:1/${SECRET}?signature=secret-signature`
    const strange = await site.addJob(RESULTS)
    strange.inputs.submission.url = `file:///${SECRET}`
    await site.startWorker()
    await until(() =>
      expect(site.heard().filter((word) => word === 'failure: inputs-unavailable')).toHaveLength(3),
    )
    expect(site.logged().match(/an input could not be fetched/g)).toHaveLength(3)
    expect(site.logged()).not.toMatch(new RegExp(`${SECRET}|secret-signature|-token-`))
    expect(JSON.stringify(site.messages)).not.toMatch(new RegExp(`${SECRET}|secret-signature`))
  })
})

/** Jobs whose end is known: deposited, or failed before anything ran. */
function ended(site: TestSite): number {
  return site.deposits.length + site.heard().filter((word) => word.startsWith('failure')).length
}
