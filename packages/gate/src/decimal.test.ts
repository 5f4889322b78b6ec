import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDecimals, decimalText, hasTooManyDigits, parseDecimal, roundDecimal } from './decimal.ts'

function rounded(text: string, decimals: number): string | undefined {
  const value = parseDecimal(text)
  return value === undefined ? undefined : decimalText(roundDecimal(value, decimals))
}

describe('rounding on decimal text', () => {
  it.each([
    ['0', 2, '0'],
    ['-0', 2, '0'],
    ['-0.0e5', 2, '0'],
    ['1', 0, '1'],
    ['1.10', 3, '1.1'],
    ['0.125', 2, '0.12'],
    ['0.135', 2, '0.14'],
    ['0.1250000000000000000000001', 2, '0.13'],
    ['-0.125', 2, '-0.12'],
    ['2.5', 0, '2'],
    ['3.5', 0, '4'],
    ['0.5', 0, '0'],
    ['1.5', 0, '2'],
    ['0.05', 1, '0'],
    ['0.06', 1, '0.1'],
    ['0.004', 1, '0'],
    ['9.995', 2, '10'],
    ['99.999', 2, '100'],
    ['0.999', 2, '1'],
    ['-0.999', 2, '-1'],
    ['-0.001', 2, '0'],
    ['1.005', 2, '1'],
    ['1.015', 2, '1.02'],
    ['8.07967e-1', 6, '0.807967'],
    ['12e3', 2, '12000'],
    ['1E-400', 10, '0'],
    ['1e-99999999999999999999', 10, '0'],
    ['0e99999999999999999999', 10, '0'],
    ['.5', 2, '0.5'],
    ['+1.', 2, '1'],
    ['999999999999999', 0, '999999999999999'],
  ])('takes %s at %i decimals to %s', (text, decimals, expected) => {
    expect(rounded(text, decimals)).toBe(expected)
  })

  it.each([
    '',
    '.',
    '-',
    '1e',
    '1e+',
    '01',
    '0x10',
    '1_000',
    '1,5',
    'NaN',
    'Infinity',
    ' 1',
    '1 ',
    '1.2.3',
    '١',
    '1\n',
  ])('does not take %j for a number', (text) => {
    expect(parseDecimal(text)).toBeUndefined()
  })

  it('says when a number is too large, also when rounding makes it so', () => {
    for (const text of ['1e15', '1e400', '1e99999999999999999999', '1000000000000000', '-1e15']) {
      const value = parseDecimal(text)
      expect(value !== undefined && hasTooManyDigits(value), text).toBe(true)
    }
    const nearly = parseDecimal('999999999999999.9')
    expect(nearly !== undefined && hasTooManyDigits(nearly)).toBe(false)
    expect(nearly !== undefined && hasTooManyDigits(roundDecimal(nearly, 0))).toBe(true)
  })

  it('reads a million digits in no time to speak of', () => {
    expect(rounded(`0.${'1'.repeat(1_000_000)}`, 3)).toBe('0.111')
    expect(rounded(`0.${'9'.repeat(1_000_000)}`, 3)).toBe('1')
  })

  it('agrees with exact arithmetic', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.integer({ min: 0, max: 10 }),
        (scaled, decimals) => {
          // `scaled` in units of 10^-14; the neighbour to round to is found with whole numbers.
          const text = `${scaled}e-14`
          const step = 10n ** BigInt(14 - decimals)
          const size = scaled < 0n ? -scaled : scaled
          const below = size / step
          const twice = 2n * (size % step)
          const isUp = twice > step || (twice === step && below % 2n === 1n)
          const expected = isUp ? below + 1n : below
          expect(parseDecimal(rounded(text, decimals) ?? '')).toEqual(
            parseDecimal(`${scaled < 0n ? '-' : ''}${expected}e-${decimals}`),
          )
        },
      ),
    )
  })

  it('never writes more decimals than asked for, in one form only', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e14, max: 1e14 }),
        fc.integer({ min: 0, max: 10 }),
        (value, decimals) => {
          const text = rounded(JSON.stringify(value), decimals) ?? ''
          expect(text).toMatch(/^-?(0|[1-9][0-9]{0,14})(\.[0-9]{0,9}[1-9])?$/)
          expect(text).not.toBe('-0')
          expect(text.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(decimals)
          expect(rounded(text, decimals)).toBe(text)
        },
      ),
    )
  })
})

describe('comparing decimals', () => {
  it('agrees with the order of numbers', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [left, right] = [parseDecimal(JSON.stringify(one)), parseDecimal(JSON.stringify(other))]
        if (left === undefined || right === undefined) throw new Error('every double is a decimal')
        expect(Math.sign(compareDecimals(left, right)) + 0).toBe((one < other ? -1 : one > other ? 1 : 0) + 0)
      }),
    )
  })
})
