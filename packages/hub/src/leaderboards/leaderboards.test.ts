import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUNDLE_YAML, bundle } from '../bundle-rig.ts'
import { type HubRig, startHubRig } from '../hub-rig.ts'
import { compute, formatDecimal, parseDecimal } from './decimal.ts'

const withRule = (rule: string, more = '') => bundle(BUNDLE_YAML.replace('Force_Best', `${rule}${more}`))
const connect = (rig: HubRig, method: 'POST' | 'DELETE', id: number) =>
  rig.participant(method, `/api/submissions/${id}/submission_leaderboard_connection/`)
const idsOf = async (rig: HubRig, phase: number) => (await rig.board(phase)).map((row) => row.id)

describe('a leaderboard', () => {
  it('ranks by the primary column, then the others, then the earlier one; what is missing comes last', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition(withRule('Force_Latest_Multiple'))
    const missing = await rig.score(phase, { loss: '0.1' })
    const low = await rig.score(phase, { acc: '0.09', loss: '0.1' }, rig.rival)
    const high = await rig.score(phase, { acc: '0.1', loss: '0.9' })
    const lessLoss = await rig.score(phase, { acc: '0.1', loss: '0.5' }, rig.rival)
    rig.tick(1)
    const later = await rig.score(phase, { acc: '0.1', loss: '0.5' })
    const negative = await rig.score(phase, { acc: '-2', loss: '0' }, rig.rival)
    expect(await idsOf(rig, phase)).toEqual([lessLoss, later, high, low, negative, missing])
    expect((await rig.board(phase)).map((row) => row.rank)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('ranks upwards where the primary column says so', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition(withRule('Force_Latest_Multiple', '\n    primary_index: 1'))
    const worse = await rig.score(phase, { acc: '1', loss: '10' })
    const better = await rig.score(phase, { acc: '0', loss: '9.5' }, rig.rival)
    expect(await idsOf(rig, phase)).toEqual([better, worse])
  })

  it('keeps the best of each with Force_Best, the last with Force_Last', async () => {
    await using rig = await startHubRig()
    const best = await rig.createCompetition(withRule('Force_Best'))
    await rig.score(best.phase, { acc: '0.5' })
    const top = await rig.score(best.phase, { acc: '0.7' })
    await rig.score(best.phase, { acc: '0.6' })
    expect(await idsOf(rig, best.phase)).toEqual([top])
    expect((await connect(rig, 'POST', top)).status).toBe(403)

    const last = await rig.createCompetition(withRule('Force_Last'))
    await rig.score(last.phase, { acc: '0.7' })
    const newest = await rig.score(last.phase, { acc: '0.1' })
    expect(await idsOf(rig, last.phase)).toEqual([newest])
  })

  it('lets participants choose with the Add rules, after the first one got there by itself', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition(withRule('Add'))
    const first = await rig.score(phase, { acc: '0.5' })
    const second = await rig.score(phase, { acc: '0.9' })
    expect(await idsOf(rig, phase)).toEqual([first])
    const path = `/api/submissions/${second}/submission_leaderboard_connection/`
    expect((await rig.rival('POST', path)).status).toBe(404)
    expect((await connect(rig, 'POST', second)).status).toBe(200)
    expect(await idsOf(rig, phase)).toEqual([second])
    expect((await connect(rig, 'DELETE', second)).status).toBe(403)
    const waiting = await rig.submit(phase)
    expect((await connect(rig, 'POST', waiting)).status).toBe(409)
    await rig.fail(await rig.takeJob(), 'scoring-failed')

    const multiple = await rig.createCompetition(withRule('Add_And_Delete_Multiple'))
    const one = await rig.score(multiple.phase, { acc: '0.5' })
    const two = await rig.score(multiple.phase, { acc: '0.9' })
    await connect(rig, 'POST', two)
    expect(await idsOf(rig, multiple.phase)).toEqual([two, one])
    await connect(rig, 'DELETE', two)
    expect(await idsOf(rig, multiple.phase)).toEqual([one])
  })

  it('that is hidden is shown to its organizer only, and so is a hidden column to nobody', async () => {
    await using rig = await startHubRig()
    const hidden = await rig.createCompetition(withRule('Force_Best', '\n    hidden: true'))
    await rig.score(hidden.phase, { acc: '0.5' })
    const path = `/api/phases/${hidden.phase}/get_leaderboard/`
    expect((await rig.participant('GET', path)).status).toBe(404)
    expect((await rig.visitor('GET', path)).status).toBe(404)
    expect(await rig.board(hidden.phase, rig.organizer)).toHaveLength(1)

    const { phase } = await rig.createCompetition(
      bundle(BUNDLE_YAML.replace('key: loss, index: 1,', 'key: loss, index: 1, hidden: true,')),
    )
    const id = await rig.score(phase, { acc: '0.5', loss: '0.123' })
    expect((await rig.participant('GET', `/api/phases/${phase}/get_leaderboard/`)).text).not.toContain(
      '0.123',
    )
    expect(JSON.stringify(await rig.submission(id))).not.toContain('0.123')
  })

  it('of an unpublished competition does not exist for others', async () => {
    await using rig = await startHubRig()
    const { id, phase } = await rig.createCompetition()
    await rig.organizer('PATCH', `/api/competitions/${id}/`, { published: false })
    expect((await rig.visitor('GET', `/api/phases/${phase}/get_leaderboard/`)).status).toBe(404)
    expect((await rig.visitor('GET', `/api/competitions/${id}/`)).status).toBe(404)
    expect((await rig.participant('GET', `/api/competitions/${id}/`)).status).toBe(200)
  })
})

describe('exact decimals', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }))
    .map(([scaled]) => formatDecimal(scaled, 10))

  it('come back as they were written', () => {
    fc.assert(fc.property(decimal, (text) => formatDecimal(parseDecimal(text), 10) === text))
  })

  it('round half away from zero, and never to -0', () => {
    expect(
      ['0.125', '-0.125', '-0.004', '0.995'].map((text) => formatDecimal(parseDecimal(text), 2)),
    ).toEqual(['0.13', '-0.13', '0', '1'])
  })

  it('compute without loss', () => {
    const values = ['0.1', '0.2', '0.3'].map(parseDecimal)
    const show = (kind: 'avg' | 'sum' | 'min' | 'max') => formatDecimal(compute(kind, values) ?? 0n, 10)
    expect([show('sum'), show('avg'), show('min'), show('max')]).toEqual(['0.6', '0.2', '0.1', '0.3'])
    expect(compute('sum', [])).toBeUndefined()
  })
})
