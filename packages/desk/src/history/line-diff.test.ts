import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffLines } from './line-diff.ts'

describe('the lines in which two texts differ', () => {
  it('are told with the lines around them, and where they are', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].join('\n')
    const after = ['a', 'b', 'c', 'd', 'E', 'f', 'g', 'h'].join('\n')
    expect(diffLines(before, after)?.hunks).toEqual([
      {
        before: 2,
        after: 2,
        lines: [
          ...['b', 'c', 'd'].map((text) => ({ change: 'kept', text })),
          { change: 'removed', text: 'e' },
          { change: 'added', text: 'E' },
          ...['f', 'g'].map((text) => ({ change: 'kept', text })),
          { change: 'added', text: 'h' },
        ],
      },
    ])
  })

  it('are none where the texts are the same, and lead from one to the other where they are not', () => {
    const text = fc
      .array(fc.constantFrom('x', 'y', 'z', ''), { maxLength: 12 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after)?.hunks.flatMap((hunk) => hunk.lines) ?? []
        const count = (change: string) => lines.filter((line) => line.change === change).length
        expect(lines.length === 0).toBe(before === after)
        expect(before.split('\n').length - count('removed')).toBe(after.split('\n').length - count('added'))
      }),
    )
  })

  it('are not looked for among too many', () => {
    const many = (word: string) => Array.from({ length: 2001 }, (_, at) => `${word}${at}`).join('\n')
    expect(diffLines(many('a'), many('b'))).toBeUndefined()
    expect(diffLines(many('a'), `${many('a')}\nmore`)?.hunks).toHaveLength(1)
  })
})
