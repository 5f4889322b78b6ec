import { describe, expect, it } from 'vitest'
import { loadCases } from './load-cases.ts'

const FAMILIES = Array.from({ length: 34 }, (_, at) => at + 1)

describe('the cases of the escape suite', () => {
  it('cover every family, and with those that npm test plays as well', async () => {
    const cases = await loadCases()
    const familiesOf = (chosen: typeof cases) => [...new Set(chosen.map(({ family }) => family))]
    expect(familiesOf(cases)).toEqual(FAMILIES)
    expect(familiesOf(cases.filter(({ quick }) => quick))).toEqual(FAMILIES)
  })

  it('say what they try, what they plant and what defends, each in its own words', async () => {
    const cases = await loadCases()
    for (const { id, tries, plants, defence } of cases) {
      for (const sentence of [tries, plants, defence]) expect(sentence, id).toMatch(/^\S.{10,}\.$/)
    }
    expect(new Set(cases.map(({ tries }) => tries)).size).toBe(cases.length)
  })
})
