import { describe, expect, it } from 'vitest'
import { type Policy, parsePolicy, rulesFor } from './policy.ts'

const HEAD = 'version: 1\nsite: Test hospital\n'
const ANY = { id: 1, title: 'Sepsis early warning' }

function valid(text: string): { policy: Policy } {
  const reading = parsePolicy(text, 'policy.yaml')
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems, null, 2))
  return reading
}

function problems(text: string): string {
  const reading = parsePolicy(text, 'policy.yaml')
  return reading.kind === 'valid'
    ? ''
    : reading.problems.map(({ what, remedy }) => `${what}. ${remedy}`).join()
}

describe('a policy', () => {
  it('can bound scores for all columns and for single ones, and what a participant may learn', () => {
    const { policy } = valid(
      `${HEAD}release:\n  decimals: 3\n  range: [0, 100]\n  columns: { auc: { decimals: 2, range: [0, 1] } }\nbudget: { bits: 200 }\ncompetitions: { "Other*": { release: { range: [0, 5] }, budget: { bits: 50.5 } } }`,
    )
    expect(rulesFor(policy, ANY)).toMatchObject({
      decimals: 3,
      range: [0, 100],
      columns: { auc: { decimals: 2, range: [0, 1] } },
      budgetBits: 200,
    })
    expect(rulesFor(policy, { id: 2, title: 'Other one' })).toMatchObject({
      decimals: 3,
      range: [0, 5],
      columns: { auc: { decimals: 2, range: [0, 1] } },
      budgetBits: 50.5,
    })
  })

  it.each([
    ['release: { range: [1, 0] }', 'a list of the lowest and the highest value'],
    ['release: { range: [0, .inf] }', 'a list of the lowest and the highest value'],
    ['release: { range: 1 }', 'a list of the lowest and the highest value'],
    ['release: { range: [0, 1, 2] }', 'a list of the lowest and the highest value'],
    ['release: { columns: { auc: { decimal: 2 } } }', 'Did you mean "decimals"?'],
    ['release: { columns: { auc: { decimals: 11 } } }', 'a whole number from 0 to 10'],
    ['budget: { bits: 0 }', 'a number of bits from 1 to 1000000'],
    ['budget: { bits: many }', 'a number of bits from 1 to 1000000'],
    ['budget: 100', 'budget'],
  ])('says what is wrong with %s', (line, words) => {
    expect(problems(`${HEAD}${line}`)).toContain(words)
  })
})
