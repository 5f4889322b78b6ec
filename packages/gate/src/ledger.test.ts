import type { ScoreColumn } from '@scoregate/protocol/columns'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { bitsInWords, FAILURE_BITS, filesBits, fitsBudget, STATUS_BITS, scoresBits } from './ledger.ts'
import { readScores } from './scores.ts'

function column(decimals: number, range?: [number, number], key = 'auc'): ScoreColumn {
  return {
    key,
    title: key,
    decimals,
    sorting: 'desc',
    computed: false,
    ...(range === undefined ? {} : { range }),
  }
}

/** How many different values the charge for a cell allows for, the empty cell included. */
function allowedValues(one: ScoreColumn): number {
  return Math.round(2 ** scoresBits([one]))
}

describe('the bits of a release', () => {
  it('are those of the grid of each column, and one value more for a cell that stays empty', () => {
    expect(allowedValues(column(2, [0, 1]))).toBe(102)
    expect(allowedValues(column(0, [0, 1]))).toBe(3)
    expect(allowedValues(column(3, [-1, 1]))).toBe(2002)
    expect(scoresBits([column(2, [0, 1]), column(2, [0, 1])])).toBeCloseTo(2 * Math.log2(102))
  })

  it('lose no step to binary fractions', () => {
    expect(allowedValues(column(1, [0, 0.3]))).toBe(5)
    expect(allowedValues(column(2, [0.1, 0.8]))).toBe(72)
    expect(allowedValues(column(1, [0, 0.35]))).toBe(5)
    expect(allowedValues(column(0, [1e-300, 2.5]))).toBe(4)
  })

  it('are those of every number with fifteen digits where a column has no range', () => {
    expect(scoresBits([column(0)])).toBeCloseTo(Math.log2(2e15), 5)
    expect(scoresBits([column(10)])).toBeCloseTo(Math.log2(2e25), 5)
    expect(scoresBits([column(2, [-1e300, 1e300])])).toBeCloseTo(scoresBits([column(2)]), 9)
  })

  it('are none for a column that the platform computes, or whose range is empty', () => {
    expect(scoresBits([{ ...column(2, [0, 1]), computed: true }])).toBe(0)
    expect(scoresBits([column(2, [1, 0])])).toBe(0)
    expect(scoresBits([])).toBe(0)
  })

  it('grow with every byte of a file, of its name, and with its length', () => {
    expect(filesBits([{ path: 'a', sizeBytes: 0 }])).toBe(72)
    expect(filesBits([{ path: 'a', sizeBytes: 100 }])).toBe(872)
    expect(filesBits([{ path: 'ä', sizeBytes: 0 }])).toBe(80)
  })

  it('of a status are those of the closed lists', () => {
    expect(FAILURE_BITS).toBe(4)
    expect(STATUS_BITS).toBeCloseTo(Math.log2(1 + 15 + 5))
  })

  it('are rounded up in words, and not counted beyond reason', () => {
    expect([0, 0.2, 1, 1.01].map(bitsInWords)).toEqual(['0 bits', '1 bit', '1 bit', '2 bits'])
    expect([1e6, 1e6 + 1, Number.POSITIVE_INFINITY, Number.NaN].map(bitsInWords)).toEqual([
      '1000000 bits',
      ...Array.from({ length: 3 }, () => 'more bits than can be counted'),
    ])
  })
})

describe('a budget', () => {
  it('is used up to the last bit and not beyond', () => {
    expect(fitsBudget({ learnedBits: 10, addedBits: 5, budgetBits: 15 })).toBe(true)
    expect(fitsBudget({ learnedBits: 10, addedBits: 5.1, budgetBits: 15 })).toBe(false)
    expect(fitsBudget({ learnedBits: 1e9, addedBits: 1e9, budgetBits: undefined })).toBe(true)
    expect(fitsBudget({ learnedBits: Number.NaN, addedBits: 1, budgetBits: 15 })).toBe(false)
  })
})

describe('what scores can carry', () => {
  const numbers = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -2, max: 2 }).map(String),
    fc.integer({ min: -30, max: 30 }).map((tenths) => `${tenths / 10}`),
    fc.stringMatching(/^-?[01]\.[0-9]{1,25}(e[-+]?[0-3])?$/),
  )

  it.each([
    [0, [0, 1]],
    [1, [0, 0.3]],
    [1, [-0.2, 0.5]],
    [2, [0, 0.05]],
  ] as const)('is never more than is charged: %i decimals in %j', (decimals, range) => {
    const declared = column(decimals, [...range])
    const seen = new Set<string>()
    fc.assert(
      fc.property(numbers, fc.stringMatching(/^[ \n]{0,3}$/), fc.jsonValue(), (number, space, extra) => {
        const text = `{${space}"auc":${space}${number},"more":${JSON.stringify(extra)}}`
        const reading = readScores({ json: Buffer.from(text) }, [declared])
        seen.add(reading.kind === 'read' ? canonicalJson(reading.scores) : 'none')
      }),
      { numRuns: 3000 },
    )
    expect(seen.size).toBeLessThanOrEqual(allowedValues(declared))
  })

  it('control: the same numbers as they were written carry far more', () => {
    const written = fc.sample(numbers, 1000)
    expect(new Set(written).size).toBeGreaterThan(10 * allowedValues(column(1, [0, 0.3])))
  })
})
