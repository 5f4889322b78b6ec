import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_JSON_DEPTH, readStrictJson, StrictJsonError, type WrittenJson } from './strict-json.ts'

/** What JSON.parse would have made of it. */
function plainValue(json: WrittenJson): unknown {
  switch (json.kind) {
    case 'object':
      return Object.fromEntries([...json.members].map(([key, member]) => [key, plainValue(member)]))
    case 'array':
      return json.items.map(plainValue)
    case 'number':
      return Number(json.text)
    case 'string':
      return json.text
    case 'literal':
      return { true: true, false: false, null: null }[json.text]
  }
}

describe('the strict JSON reader', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: MAX_JSON_DEPTH - 2, stringUnit: 'binary' }),
        fc.constantFrom(undefined, 1, '\t'),
        (text, space) => {
          const spaced = JSON.stringify(JSON.parse(text), null, space)
          expect(plainValue(readStrictJson(spaced))).toEqual(JSON.parse(spaced))
        },
      ),
    )
  })

  it('refuses whatever JSON.parse refuses', () => {
    const soup = fc.string({
      unit: fc.constantFrom(...'{}[]":,01.-+eE truefalsn\\u/\n\u0001\ufeff'),
      maxLength: 12,
    })
    fc.assert(
      fc.property(soup, (text) => {
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        if (!isJson) expect(() => readStrictJson(text)).toThrow(StrictJsonError)
      }),
      { numRuns: 5000 },
    )
  })

  it('keeps the digits of a number as they were written', () => {
    const json = readStrictJson('[0.10000000000000000000000001, 1e400, -0]')
    expect(json.kind === 'array' && json.items.map((item) => item.kind === 'number' && item.text)).toEqual([
      '0.10000000000000000000000001',
      '1e400',
      '-0',
    ])
  })

  it.each([
    '{"a": 1, "a": 2}',
    '{"a": 1, "\\u0061": 2}',
    '{"x": {"b": 1, "b": 1}}',
    '{"__proto__": 1, "__proto__": 2}',
  ])('refuses the key that is there twice in %s', (text) => {
    expect(() => readStrictJson(text)).toThrow('twice')
  })

  it.each(['{"auroc": NaN}', '{"auroc": Infinity}', '{"auroc": -Infinity}'])(
    'names the key of %s',
    (text) => {
      expect(() => readStrictJson(text)).toThrow(expect.objectContaining({ key: 'auroc' }))
    },
  )

  it('refuses nesting beyond its limit, without following it', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(readStrictJson(nested(MAX_JSON_DEPTH)).kind).toBe('array')
    expect(() => readStrictJson(nested(MAX_JSON_DEPTH + 1))).toThrow('deeper')
    expect(() => readStrictJson('[{"a":'.repeat(100_000))).toThrow('deeper')
  })

  it('reads a text of a megabyte', () => {
    const long = 'x\\n'.repeat(300_000)
    expect(readStrictJson(`{"${long}": "${long}"}`).kind).toBe('object')
    expect(() => readStrictJson(`{"${long}`)).toThrow(StrictJsonError)
  })
})
