import { describe, expect, it } from 'vitest'
import { HONEST_RUN, type RunFiles } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'

const TWO_PREDICTIONS: RunFiles = {
  ...HONEST_RUN,
  'predictions/empty.csv': '',
  'predictions/more.csv': 'x'.repeat(5000),
}

async function decide(rig: DeskRig, id: string, artefacts: readonly string[], reviewer?: string) {
  const { digest } = await rig.show(id)
  const answer = await rig.api(
    `/api/holds/${id}/decision`,
    { digest, decision: 'approve', artefacts },
    reviewer,
  )
  const body = (await answer.json()) as { code?: string; detail?: string }
  return { status: answer.status, code: body.code, detail: body.detail ?? '' }
}

async function numberOf(rig: DeskRig, id: string, path: string): Promise<number> {
  const found = (await rig.show(id)).files.find((file) => file.path === path)
  if (found === undefined) throw new Error(`The hold has no ${path}.`)
  return found.number
}

describe('what a reviewer has not been shown', () => {
  it('is not released: not a log, not one file of an archive, and not after half of it', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files: TWO_PREDICTIONS })
    const browser = await rig.signIn()
    const read = async (path: string, query = '') =>
      (await browser.get(`/holds/${id}/files/${await numberOf(rig, id, path)}${query}`)).text()

    await browser.get(`/holds/${id}`)
    const refused = await decide(rig, id, ['scores', 'scoring_stdout', 'predictions'])
    expect(refused).toMatchObject({ status: 409, code: 'not-looked-at' })
    expect(refused.detail).toContain('Scoring log: standard output; Predictions archive')
    expect(refused.detail).not.toContain('Scores')

    await read('scoring_stdout', '?as=text')
    await read('predictions.csv', '?as=text')
    expect((await decide(rig, id, ['scoring_stdout', 'predictions'])).detail).not.toContain('Scoring log')
    // The file of 5000 bytes, on two pages of hex; the empty one has nothing to be shown.
    await read('more.csv', '?as=hex')
    expect((await decide(rig, id, ['predictions'])).code).toBe('not-looked-at')
    expect((await rig.show(id)).offered.find(({ name }) => name === 'predictions')).toMatchObject({
      unseenFiles: 1,
      seenBytes: 4096 + Buffer.byteLength(HONEST_RUN['predictions/predictions.csv'] ?? ''),
    })
    await read('more.csv', '?as=hex&offset=4096')
    expect((await decide(rig, id, ['scores', 'scoring_stdout', 'predictions'])).status).toBe(200)
  })

  it('is what this reviewer was not shown, whatever another was', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.seeAll(id, 'first-reviewer')
    expect((await decide(rig, id, ['scoring_stdout'], 'second-reviewer')).code).toBe('not-looked-at')
    expect((await decide(rig, id, ['scoring_stdout'], 'first-reviewer')).status).toBe(200)
  })

  it('is what was not shown of this hold: the same bytes in another one do not count', async () => {
    await using rig = await DeskRig.start()
    const one = await rig.deposit()
    const other = await rig.deposit()
    await rig.seeAll(one.id)
    expect((await decide(rig, other.id, ['scoring_stdout'])).code).toBe('not-looked-at')
  })

  it('never includes scores, which are seen with the hold, nor a log without a byte', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    expect((await decide(rig, id, ['scores', 'scoring_stderr'])).status).toBe(200)
  })

  it('counts what was read through the API, as far as it went out', async () => {
    await using rig = await DeskRig.start()
    const big = Buffer.alloc(6 * 1024 * 1024, 'line of a log\n')
    const { id } = await rig.deposit({ files: { ...HONEST_RUN, 'logs/scoring_stdout': big } })
    const file = `/api/holds/${id}/files/${await numberOf(rig, id, 'scoring_stdout')}`
    const seen = async () =>
      (await rig.show(id)).offered.find(({ name }) => name === 'scoring_stdout')?.seenBytes ?? 0

    const half = 3 * 1024 * 1024
    expect((await (await rig.api(`${file}?offset=${half}`)).arrayBuffer()).byteLength).toBe(half)
    expect(await seen()).toBe(half)
    expect((await decide(rig, id, ['scoring_stdout'])).code).toBe('not-looked-at')

    const whole = await rig.api(file)
    await whole.body?.cancel()
    expect(await seen()).toBeLessThan(big.byteLength)
    await (await rig.api(file)).arrayBuffer()
    expect(await seen()).toBe(big.byteLength)
    expect((await decide(rig, id, ['scoring_stdout'])).status).toBe(200)
  })

  it('control: is released where the policy only warns', async () => {
    await using rig = await DeskRig.start({
      policy: POLICY.replace('timeout: 24h', 'timeout: 24h, unseen: warn'),
    })
    const { id } = await rig.deposit()
    expect((await decide(rig, id, ['scores', 'scoring_stdout'])).status).toBe(200)
  })
})
