import type { ScoreColumn } from '@scoregate/protocol/columns'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsAtSite, type ScoreRules } from './score-columns.ts'
import { readScores } from './scores.ts'

const AUC: ScoreColumn = {
  key: 'auc',
  title: 'Area',
  decimals: 3,
  sorting: 'desc',
  computed: false,
  range: [0, 1],
}
const { range: _, ...UNBOUNDED } = { ...AUC, key: 'loss' }

function atSite(column: ScoreColumn, rules: ScoreRules): Pick<ScoreColumn, 'decimals' | 'range'> {
  const [found] = columnsAtSite([column], rules)
  if (found === undefined) throw new Error('a column was lost')
  return found
}

describe('the columns of a competition at a site', () => {
  it('are as the competition has them where the policy says nothing', () => {
    expect(columnsAtSite([AUC, UNBOUNDED], {})).toEqual([AUC, UNBOUNDED])
  })

  it('keep the fewest decimals that anybody wants', () => {
    expect(atSite(AUC, { decimals: 2 }).decimals).toBe(2)
    expect(atSite(AUC, { decimals: 5 }).decimals).toBe(3)
    expect(atSite(AUC, { decimals: 2, columns: { auc: { decimals: 1 } } }).decimals).toBe(1)
    expect(atSite(AUC, { decimals: 1, columns: { auc: { decimals: 2 } } }).decimals).toBe(1)
    expect(atSite(AUC, { columns: { loss: { decimals: 0 } } }).decimals).toBe(3)
  })

  it('keep the range that is common to all', () => {
    expect(atSite(AUC, { range: [-5, 0.9] }).range).toEqual([0, 0.9])
    expect(atSite(UNBOUNDED, { range: [0, 10] }).range).toEqual([0, 10])
    expect(atSite(AUC, { columns: { auc: { range: [0.5, 2] } } }).range).toEqual([0.5, 1])
  })

  it('have no value that can be released where the ranges have nothing in common', () => {
    const columns = columnsAtSite([AUC], { range: [2, 3] })
    for (const value of [0, 0.5, 1, 2, 2.5, 3]) {
      expect(readScores({ json: Buffer.from(`{"auc": ${value}}`) }, columns).kind).toBe('unreadable')
    }
  })

  it('have no rule from a prototype', () => {
    expect(atSite({ ...AUC, key: 'constructor' }, { columns: {} }).decimals).toBe(3)
    expect(atSite({ ...AUC, key: '__proto__' }, { columns: {} }).range).toEqual([0, 1])
  })

  it('never release what any of those who have a say does not allow', () => {
    const range = fc
      .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 }))
      .map(([one, other]): [number, number] => [Math.min(one, other) / 10, Math.max(one, other) / 10])
    const rules = fc.record({ decimals: fc.integer({ min: 0, max: 10 }), range }, { requiredKeys: [] })
    fc.assert(
      fc.property(rules, rules, fc.double({ min: -3, max: 3, noNaN: true }), (lax, more, value) => {
        const strict = { ...lax, columns: { auc: more } }
        const reading = readScores({ json: Buffer.from(`{"auc": ${value}}`) }, columnsAtSite([AUC], strict))
        if (reading.kind !== 'read') return
        const released = reading.scores[0]?.value ?? ''
        const decimals = Math.min(3, lax.decimals ?? 3, more.decimals ?? 3)
        expect(released.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(decimals)
        const [lowest, highest] = atSite(AUC, strict).range ?? [0, 0]
        expect(Number(released)).toBeGreaterThanOrEqual(lowest)
        expect(Number(released)).toBeLessThanOrEqual(highest)
      }),
      { numRuns: 1000 },
    )
  })
})
