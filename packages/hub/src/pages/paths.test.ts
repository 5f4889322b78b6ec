import { describe, expect, it } from 'vitest'
import { ownPath } from './paths.ts'

describe('where to go after signing in', () => {
  it('is a path of this site', () => {
    expect(ownPath('/competitions/3?page=2#take-part')).toBe('/competitions/3?page=2#take-part')
  })

  it.each([
    undefined,
    '',
    'competitions',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
  ])('is the first page for %j', (given) => {
    expect(ownPath(given)).toBe('/')
  })
})
