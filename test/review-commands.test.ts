import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../packages/cli/src/exit-codes.ts'
import { JSON_OUTPUTS } from '../packages/cli/src/json-outputs.ts'
import { WatchEvent } from '../packages/cli/src/review/watch-events.ts'
import { FileDiff, HoldDetails } from '../packages/desk/src/api/hold-api.ts'
import { ShownToken, TokenAnswer } from '../packages/desk/src/api/token-api.ts'
import { policyWith, TWO } from '../packages/desk/src/approvals/approvals-rig.ts'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { until } from '../packages/desk/src/until-rig.ts'
import { deskEnvironment, review, reviewJson, runScoregate, SCOREGATE } from './review-rig.ts'

const LOG = `first line\n${'a line of the log\n'.repeat(9000)}NEEDLE \u001b[31m\n`
const FILES = {
  'scoring_output/scores.json': '{"auc": 0.81249, "brier": 0.1}',
  'logs/scoring_stdout': LOG,
  'logs/scoring_stderr': '',
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-review-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function numberOf(rig: DeskRig, id: string, path: string): Promise<number> {
  const hold = HoldDetails.parse(await reviewJson(rig, 'show', id))
  return hold.files.find((file) => file.path === path)?.number ?? -1
}

describe('scoregate review files', () => {
  it('lists them, and prints one so that nothing in it acts, and counts it as looked at', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    expect((await review(rig, 'files', id)).stdout).toMatch(/scoring_stdout\s.*nothing yet/)
    const { stdout } = await review(rig, 'files', id, 'logs/scoring_stdout')
    expect(stdout).toBe(LOG.replace('\u001b', '\\u{1b}'))
    expect((await review(rig, 'files', id)).stdout).toMatch(/scoring_stdout\s.*all of it/)
    expect((await review(rig, 'show', id)).stdout).toContain('all of it')
  })

  it('lets a log be approved that was read here, and no log that was not', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    const approve = () => review(rig, 'approve', id, '--release', 'scores,scoring_stdout', '--yes')
    const refused = await approve()
    expect(refused).toMatchObject({ code: EXIT.refused })
    expect((await review(rig, 'files', id, 'scoring_stdout', '--to', '100')).stdout).toHaveLength(100)
    expect(await approve()).toMatchObject({ code: EXIT.refused })
    await review(rig, 'files', id, 'scoring_stdout', '--from', '100')
    expect(await approve()).toMatchObject({ code: EXIT.ok })
  })

  it('counts no byte as seen that nobody turned to', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: { ...FILES, 'logs/scoring_stdout': LOG.repeat(30) } })
    const env = deskEnvironment(rig)
    const command = `"$0" "$1" review files ${id} scoring_stdout | head -n 1; echo "\${PIPESTATUS[0]}"`
    const child = spawn('bash', ['-c', command, process.execPath, SCOREGATE], { env })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    await new Promise((resolve) => child.once('close', resolve))
    expect(out).toMatch(/^first line\n(141|0)\n$/)
    expect(err).toBe('')
    const hold = await rig.show(id)
    const seen = hold.files.find((file) => file.path === 'scoring_stdout')?.seenBytes ?? 0
    expect(seen).toBeGreaterThan(0)
    expect(seen).toBeLessThan(LOG.length * 15)
  })

  it('gives the bytes as they are, compared with what was sealed, to their owner alone', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    const path = join(folder, 'log.txt')
    const made = await review(rig, 'files', id, 'scoring_stdout', '--raw', '-o', path)
    expect(made.stdout).toContain('it has the SHA-256 that was sealed')
    expect(await readFile(path, 'utf8')).toBe(LOG)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const again = await review(rig, 'files', id, 'scoring_stdout', '--raw', '-o', path)
    expect(again).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining('left as it is') })
    const tail = await review(rig, 'files', id, 'scoring_stdout', '--raw', '-o', '-', '--from', '5')
    expect(tail.stdout).toBe(LOG.slice(5))
  })

  it('keeps nothing of a download that is not what was sealed', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    const number = await numberOf(rig, id, 'scoring_stdout')
    // A desk that gives other bytes of the same length than it says that it sealed.
    await using liar = await startLiar(rig, `/files/${number}`, LOG.replace('first', 'worst'))
    const path = join(folder, 'other.txt')
    const environment = { ...deskEnvironment(rig), SCOREGATE_DESK_URL: liar.url }
    const words = ['review', 'files', id, String(number), '--raw', '-o', path]
    const ended = await runScoregate(words, environment)
    expect(ended.code).toBe(EXIT.filesDiffer)
    expect((await readdir(folder)).filter((name) => name.startsWith('other'))).toEqual([])
  })

  it('searches inside one', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    const { stdout } = await review(rig, 'files', id, 'scoring_stdout', '--search', 'NEEDLE')
    expect(stdout).toBe(`line 9002, byte ${LOG.indexOf('NEEDLE')}: NEEDLE \\u{1b}[31m\n`)
    const found = await reviewJson(rig, 'files', id, 'scoring_stdout', '--search', 'absent')
    expect(found).toMatchObject({ hits: [], isFull: false })
  })
})

describe('scoregate review approve and reject', () => {
  it('decide nothing where nobody can be asked, unless a script says yes, by the digest it looked at', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const { digest } = await rig.show(id)
    expect(await review(rig, 'approve', id)).toMatchObject({
      code: EXIT.failed,
      stderr: expect.stringContaining('Say --yes'),
    })
    const other = createHash('sha256').update('other').digest('hex')
    expect(await review(rig, 'approve', id, '--yes', '--digest', other)).toMatchObject({ code: EXIT.refused })
    expect(await review(rig, 'approve', id, '--yes', '--release', 'everything')).toMatchObject({
      code: EXIT.failed,
    })
    expect((await rig.show(id)).state).toBe('awaiting')
    expect(await review(rig, 'approve', id, '--yes', '--digest', digest)).toMatchObject({ code: EXIT.ok })
    expect(await review(rig, 'reject', id, '--reason', 'other', '--yes')).toMatchObject({
      code: EXIT.refused,
    })
  })

  it('reject with a reason of the list and a fixed sentence', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    expect(await review(rig, 'reject', id, '--yes')).toMatchObject({ code: EXIT.usage })
    const words = ['--reason', 'private-data', '--sentence', 'too-revealing', '--note', 'column 3', '--yes']
    expect(await review(rig, 'reject', id, ...words)).toMatchObject({ code: EXIT.ok })
    expect((await rig.show(id)).decision).toMatchObject({
      reason: 'private-data',
      sentence: 'too-revealing',
      note: 'column 3',
    })
  })
})

describe('scoregate review where two must approve', () => {
  it('tells the first that theirs waits, takes it back by withdraw, and releases with the second', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id } = await rig.deposit()
    const first = await review(rig, 'approve', id, '--yes')
    expect(first).toMatchObject({
      code: EXIT.ok,
      stdout: expect.stringContaining('waits for a second reviewer'),
    })
    expect(first.stdout).toContain('Nothing leaves')
    expect((await rig.show(id)).state).toBe('awaiting')
    expect(await review(rig, 'approve', id, '--yes')).toMatchObject({ code: EXIT.refused })

    expect(await reviewJson(rig, 'withdraw', id)).toEqual({ id, state: 'awaiting', standing: 0 })
    expect((await rig.show(id)).approvedFirst).toBeUndefined()
    expect(await review(rig, 'withdraw', id)).toMatchObject({ code: EXIT.refused })
    expect(await reviewJson(rig, 'approve', id, '--yes')).toEqual({
      id,
      state: 'awaiting',
      standing: 1,
      needed: 2,
    })

    const other = deskEnvironment(rig, 'token-of-second-reviewer')
    // Nobody takes back what somebody else gave.
    expect(await runScoregate(['review', 'withdraw', id], other)).toMatchObject({ code: EXIT.refused })
    const second = await runScoregate(['review', 'approve', id, '--yes'], other)
    expect(second).toMatchObject({ code: EXIT.ok, stdout: expect.stringContaining('is being released') })
    expect((await rig.untilState(id, 'released')).decision).toMatchObject({
      reviewer: 'second-reviewer',
      first: { reviewer: 'first-reviewer' },
    })
    expect(await review(rig, 'withdraw', id)).toMatchObject({ code: EXIT.refused })
  })
})

describe('scoregate review where an approval must be signed with a passkey', () => {
  it('refuses to approve and says where it can be done, and rejects', async () => {
    await using rig = await DeskRig.start({ policy: policyWith('signed: required') })
    const { id } = await rig.deposit()
    const refused = await review(rig, 'approve', id, '--yes')
    expect(refused).toMatchObject({ code: EXIT.refused, stdout: '' })
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/passkey.*browser/s)
    const asJson = await review(rig, 'approve', id, '--yes', '--json')
    expect(JSON.parse(asJson.stderr)).toMatchObject({ error: { code: 'signature-missing' } })
    expect((await rig.show(id)).state).toBe('awaiting')
    expect(await review(rig, 'reject', id, '--reason', 'other', '--yes')).toMatchObject({ code: EXIT.ok })
  })
})

describe('scoregate review diff', () => {
  it('tells the lines of a file that differ, as the desk compares them', async () => {
    await using rig = await DeskRig.start()
    const before = { ...FILES, 'logs/scoring_stdout': 'one\ntwo\nthree\n' }
    const first = await rig.deposit({ files: before })
    await rig.reject(first.id)
    const { id } = await rig.deposit({
      files: { ...before, 'logs/scoring_stdout': 'one\n2 \u001b[31m\nthree\n' },
    })
    const number = await numberOf(rig, id, 'scoring_stdout')
    const asked = FileDiff.parse(await (await rig.api(`/api/holds/${id}/diff/${number}`)).json())
    expect(await reviewJson(rig, 'diff', id, 'logs/scoring_stdout')).toEqual(asked)
    const { stdout } = await review(rig, 'diff', id, 'logs/scoring_stdout')
    expect(stdout).toContain('\n one\n-two\n+2 \\u{1b}[31m\n three\n')
    expect(await review(rig, 'diff', id, 'no-such-file')).toMatchObject({ code: EXIT.notFound })
  })

  it("tells what is new since the participant's last hold", async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit({ files: FILES })
    await rig.reject(first.id)
    const { id } = await rig.deposit({
      files: {
        ...FILES,
        'scoring_output/scores.json': '{"auc": 0.5, "brier": 0.1}',
        'scoring_output/new.csv': 'a\n',
      },
    })
    const { stdout } = await review(rig, 'diff', id)
    expect(stdout).toContain(`Compared with hold ${first.id}`)
    expect(stdout).toMatch(/Area under the curve\s+0\.812\s+0\.5/)
    expect(stdout).toMatch(/new\s+\d+\s+scoring_output\/new\.csv/)
    expect((await review(rig, 'diff', first.id)).stdout).toContain('no earlier hold')
  })
})

describe('scoregate review token', () => {
  it('makes one for reading with the one it has, lists it, and ends it', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const made = await review(rig, 'token', 'make', '--label', 'cron\u001b[2J', '--days', '7')
    const secret = made.stdout.trim()
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(made.stderr).toContain('not shown again')
    const environment = deskEnvironment(rig, secret)
    expect(await runScoregate(['review', 'list'], environment)).toMatchObject({ code: EXIT.ok })
    const refused = await runScoregate(['review', 'approve', id, '--yes', '--json'], environment)
    expect(refused.code).toBe(EXIT.denied)
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'read-only-token' } })
    expect((await review(rig, 'token', 'list')).stdout).toContain('cron\\u{1b}[2J')
    const listed = (await reviewJson(rig, 'token', 'list')) as { tokens: unknown[] }
    const token = listed.tokens.map((token) => ShownToken.parse(token)).find(({ scope }) => scope === 'read')
    expect(await review(rig, 'token', 'revoke', token?.id ?? '')).toMatchObject({ code: EXIT.ok })
    expect(await runScoregate(['review', 'list'], environment)).toMatchObject({ code: EXIT.denied })
    expect(await review(rig, 'token', 'revoke', token?.id ?? '')).toMatchObject({ code: EXIT.notFound })
    expect(TokenAnswer.safeParse(await reviewJson(rig, 'token', 'make', '--days', 'none')).success).toBe(true)
  })
})

describe('scoregate review watch', () => {
  it('tells one event a line, goes on after a restart of the desk, and is not told what did not change', async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit()
    const port = Number(new URL(rig.url).port)
    const child = spawn(process.execPath, [SCOREGATE, 'review', 'watch', '--json', '--interval', '0.1'], {
      env: deskEnvironment(rig),
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    const events = () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => WatchEvent.parse(JSON.parse(line)))
    const told = (event: WatchEvent['event'], id?: string) =>
      until(`${event} ${id ?? ''}`, () =>
        events().some(
          (one) =>
            one.event === event &&
            (id === undefined || ('hold' in one ? one.hold.id : 'id' in one ? one.id : '') === id),
        ),
      )
    try {
      await told('present', first.id)
      const second = await rig.deposit()
      await told('arrived', second.id)
      await rig.stopDesk()
      await told('unreachable')
      rig.config = { ...rig.config, port }
      await rig.startDesk()
      await told('reachable')
      await rig.reject(second.id)
      await told('gone', second.id)
      const chain = await readFile(join(rig.dataFolder, 'audit.jsonl'), 'utf8')
      // A look that found nothing new showed nothing, and is no view.
      expect(chain.match(/"list-viewed"/g)?.length).toBeLessThan(events().length + 3)
    } finally {
      child.kill('SIGINT')
    }
  })
})

describe('scoregate audit at a desk', () => {
  it('exports the chain, all of it or what is chosen, and shows its newest entries', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.reject(id)
    const environment = deskEnvironment(rig)
    const audit = (...words: string[]) => runScoregate(['audit', ...words], environment)
    const path = join(folder, 'chain.jsonl')
    expect(await audit('export', '--desk', '-o', path)).toMatchObject({ code: EXIT.ok })
    const chain = await readFile(join(rig.dataFolder, 'audit.jsonl'), 'utf8')
    expect(chain.startsWith(await readFile(path, 'utf8'))).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await audit('verify', '--file', path)).stdout).toContain('The chain is intact.')
    const chosen = await audit('export', '--format', 'csv', '--kind', 'decisions', '--hold', id)
    expect(chosen.stdout.trimEnd().split('\r\n')).toHaveLength(2)
    const shown = await audit('show', '--desk', '--kind', 'decisions', '--count', '5')
    expect(shown.stdout).toContain(`first-reviewer rejected hold ${id}`)
    expect(await audit('export', '-o', path)).toMatchObject({ code: EXIT.failed })
    expect(await audit('export', '--since', 'yesterday')).toMatchObject({ code: EXIT.failed, stdout: '' })
    expect(await audit('show', '--kind', 'decisions')).toMatchObject({ code: EXIT.usage })
  })
})

describe('what is printed with --json', () => {
  it('is what its schema says, and the schemas can be had', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: FILES })
    const fits = async (name: keyof typeof JSON_OUTPUTS, ...words: string[]) => {
      const parsed = JSON_OUTPUTS[name].safeParse(await reviewJson(rig, ...words))
      expect([name, parsed.success]).toEqual([name, true])
    }
    await fits('review list', 'list')
    await fits('review claim', 'claim', id)
    await fits('review show', 'show', id)
    await fits('review files', 'files', id)
    await fits('review files --search', 'files', id, 'scoring_stdout', '--search', 'NEEDLE')
    await fits('review diff', 'diff', id)
    await fits('review token list', 'token', 'list')
    await fits('review reject', 'reject', id, '--reason', 'other', '--yes')
    const { stdout } = await runScoregate(['json-schema'], process.env)
    expect(Object.keys(JSON.parse(stdout))).toEqual(Object.keys(JSON_OUTPUTS))
    expect(JSON.parse(stdout)).toMatchObject({
      'review show': { type: 'object', required: expect.anything() },
    })
  })
})

describe('exit codes', () => {
  it('are those of the table, for what goes wrong on the way', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const environment = deskEnvironment(rig)
    const cases: [number, string[], NodeJS.ProcessEnv?][] = [
      [EXIT.ok, ['list']],
      [EXIT.failed, ['list', '--older', 'yesterday']],
      [EXIT.usage, ['list', '--list', 'everything']],
      [EXIT.usage, ['files', id, '--raw']],
      [EXIT.notFound, ['show', 'aaaaaaaa']],
      [EXIT.notFound, ['files', id, 'no-such-file']],
      [EXIT.denied, ['list'], { ...environment, SCOREGATE_TOKEN: 'nobody' }],
      [EXIT.unreachable, ['list'], { ...environment, SCOREGATE_DESK_URL: 'http://127.0.0.1:1' }],
    ]
    for (const [code, words, other = environment] of cases)
      expect([words, (await runScoregate(['review', ...words], other)).code]).toEqual([words, code])
  })

  it('are all in the documents, with their words', async () => {
    const { EXIT_CODES } = await import('../packages/cli/src/exit-codes.ts')
    const text = await readFile(new URL('../docs/command-line.md', import.meta.url), 'utf8')
    for (const { code, words } of Object.values(EXIT_CODES)) expect(text).toContain(`| ${code} | ${words} |`)
  })
})

/** A desk that passes on what another answers, but for one address. */
async function startLiar(rig: DeskRig, ending: string, body: string) {
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith(ending)) {
      response.end(body)
      return
    }
    const authorization = request.headers.authorization ?? ''
    const answer = await fetch(`${rig.url}${request.url}`, { headers: { authorization } })
    response.writeHead(answer.status)
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
