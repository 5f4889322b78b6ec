import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesCompetition, matchesWildcard } from './wildcard.ts'

describe('a pattern with stars', () => {
  it('fits what a regular expression for it fits', () => {
    const word = (signs: string) => fc.string({ unit: fc.constantFrom(...signs), maxLength: 8 })
    fc.assert(
      fc.property(word('ab.*'), word('ab.'), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
        expect(matchesWildcard(pattern, text)).toBe(expression.test(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('is compared in bearable time', () => {
    expect(matchesWildcard('*a'.repeat(128), 'a'.repeat(127))).toBe(false)
    expect(matchesWildcard(`${'*a'.repeat(100)}b`, 'a'.repeat(10_000))).toBe(false)
  })
})

describe('a pattern for competitions', () => {
  it('is a number or a title, and a title cannot pass for a number', () => {
    expect(matchesCompetition('7', { id: 7, title: 'x' })).toBe(true)
    expect(matchesCompetition('7', { id: 8, title: '7' })).toBe(false)
    expect(matchesCompetition('7 *', { id: 8, title: '7 days' })).toBe(true)
  })
})
