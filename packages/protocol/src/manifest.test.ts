import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ManifestPath, SealRefusal } from './manifest.ts'

const isPath = (path: string) => ManifestPath.safeParse(path).success

describe('the path of a sealed file', () => {
  it.each(['scores.json', 'a/b/c.txt', '.hidden', 'a b', 'x'.repeat(255), '-rf', '...a'])(
    'may be %j',
    (path) => {
      expect(isPath(path)).toBe(true)
    },
  )

  it.each([
    '',
    '/',
    '/etc/passwd',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a\\b',
    'c:',
    'a:b',
    ' a',
    'a ',
    'a/ b',
    'a.',
    'a./b',
    '...',
    'a\n',
    'a\0',
    '\u007f',
    'é',
    '\u202ea',
    'x'.repeat(256),
    'a/'.repeat(600).concat('a'),
  ])('is never %j', (path) => {
    expect(isPath(path)).toBe(false)
  })

  it('cannot leave its folder', () => {
    const parts = fc.array(fc.constantFrom('a', '..', '.', '', 'b.', ' '), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(parts, (names) => {
        expect(isPath(names.join('/'))).toBe(names.every((name) => name === 'a'))
      }),
    )
  })
})

describe('text in a manifest', () => {
  const refusal = (shownPath: string) =>
    SealRefusal.safeParse({ section: 'logs', shownPath, kind: 'bad-name' }).success

  it('is visible: an escape in the place of whatever a reader would not see', () => {
    expect(refusal('a\\u{202e}b…')).toBe(true)
    for (const hidden of ['a\u202eb', 'a\nb', '\u001b[2J', 'é', 'a…b', 'x'.repeat(1101)]) {
      expect(refusal(hidden)).toBe(false)
    }
  })
})
