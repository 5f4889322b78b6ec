import { describe, expect, it } from 'vitest'
import { CanonicalScore, ScoreColumn } from './columns.ts'

const isScore = (value: string) => CanonicalScore.safeParse({ column: 'auroc', value }).success

describe('a released score', () => {
  it.each(['0', '1', '-1', '0.5', '-0.25', '999999999999999', '0.0123456789'])('may be %s', (value) => {
    expect(isScore(value)).toBe(true)
  })

  it.each([
    '',
    '-',
    '+1',
    '01',
    '.5',
    '1.',
    '1e3',
    'NaN',
    'Infinity',
    ' 1',
    '1 ',
    '1\n',
    '0.01234567891',
    '1000000000000000',
    '1,5',
  ])('is never %j', (value) => {
    expect(isScore(value)).toBe(false)
  })
})

describe('a column', () => {
  it('is one that a program fills unless it says otherwise', () => {
    const column = ScoreColumn.parse({ key: 'auroc', title: 'AUROC', decimals: 3, sorting: 'desc' })
    expect(column.computed).toBe(false)
  })
})
