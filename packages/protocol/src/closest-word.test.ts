import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closestWord } from './closest-word.ts'

describe('the closest word', () => {
  const keys = ['timeout', 'required', 'failures', 'scoring_program', 'image']

  it('is found for a typing error', () => {
    expect(closestWord('timeuot', keys)).toBe('timeout')
    expect(closestWord('reqired', keys)).toBe('required')
    expect(closestWord('images', keys)).toBe('image')
  })

  it('takes a hyphen for an underscore and ignores case', () => {
    expect(closestWord('Scoring-Program', keys)).toBe('scoring_program')
  })

  it('is none when nothing is near', () => {
    expect(closestWord('leaderboard', keys)).toBeUndefined()
    expect(closestWord('x', ['y'])).toBeUndefined()
    expect(closestWord('', keys)).toBeUndefined()
    expect(closestWord('timeout', [])).toBeUndefined()
  })

  it('is none for a word of any length that no one types', () => {
    expect(closestWord('t'.repeat(1_000_000), ['t'.repeat(999_999)])).toBeUndefined()
  })

  it('finds every word that is itself a candidate', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,20}$/), { minLength: 1 }), (words) => {
        for (const word of words) expect(closestWord(word, words)).toBe(word)
      }),
    )
  })
})
