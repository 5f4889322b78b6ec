import { CanonicalScore, ScoreColumn } from '@scoregate/protocol/columns'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { MAX_UNDECLARED_KEYS, readScores, type ScoresReading } from './scores.ts'
import { MAX_SCORES_TXT_CHARACTERS } from './scores-yaml.ts'

const COLUMNS: ScoreColumn[] = [
  { key: 'auroc', title: 'AUROC', decimals: 3, sorting: 'desc', range: [0, 1], computed: false },
  { key: 'brier', title: 'Brier', decimals: 4, sorting: 'asc', computed: false },
  { key: 'mean', title: 'Mean', decimals: 2, sorting: 'desc', computed: true },
]

const bytes = (text: string) => new TextEncoder().encode(text)
const json = (text: string, columns = COLUMNS) => readScores({ json: bytes(text) }, columns)
const txt = (text: string, columns = COLUMNS) => readScores({ txt: bytes(text) }, columns)

function scoresOf(reading: ScoresReading): Record<string, string> {
  if (reading.kind !== 'read') throw new Error(JSON.stringify(reading))
  return Object.fromEntries(
    reading.scores.map(({ column, value }) => [column, CanonicalScore.shape.value.parse(value)]),
  )
}

function whyOf(reading: ScoresReading): string {
  if (reading.kind !== 'unreadable') throw new Error(JSON.stringify(reading))
  return reading.why
}

describe('the scores of a run', () => {
  it('are rounded to the decimals of their columns, in the order of the columns', () => {
    const reading = json('{"brier": 0.140039, "auroc": 0.8079670329}')
    expect(scoresOf(reading)).toEqual({ auroc: '0.808', brier: '0.14' })
    expect(reading.kind === 'read' && reading.scores.map(({ column }) => column)).toEqual(['auroc', 'brier'])
  })

  it('are shown as written and as they would leave', () => {
    const reading = json('{"auroc": 0.80796}')
    expect(reading.kind === 'read' && reading.shown).toEqual([
      { column: COLUMNS[0], written: '0.80796', released: '0.808', notes: ['Rounded to 3 decimals.'] },
      {
        column: COLUMNS[1],
        written: undefined,
        released: undefined,
        notes: ['The scores file has no value for this column; its cell stays empty.'],
      },
    ])
  })

  it('have no digits that a policy takes away', () => {
    const fewer = COLUMNS.map((column) => ({ ...column, decimals: Math.min(column.decimals, 1) }))
    expect(scoresOf(json('{"auroc": 0.8496}', fewer))).toEqual({ auroc: '0.8' })
  })

  it('never come from undeclared keys or computed columns, which are listed inert', () => {
    const reading = json('{"auroc": 1, "mean": 5, "\\u202elabel": "secret", "__proto__": {"x": [1]}}')
    expect(scoresOf(reading)).toEqual({ auroc: '1' })
    expect(reading.kind === 'read' && reading.undeclaredKeys).toEqual(['mean', '\\u{202e}label', '__proto__'])
  })

  it('list no more undeclared keys than a person reads, each cut', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, number) => [`${number}`.padEnd(200, 'x'), number]),
    )
    const reading = json(JSON.stringify({ auroc: 1, ...many }))
    const listed = reading.kind === 'read' ? reading.undeclaredKeys : []
    expect(listed).toHaveLength(MAX_UNDECLARED_KEYS)
    for (const key of listed) expect(key.length).toBeLessThanOrEqual(101)
  })

  it('never come from a key of a prototype, and leave prototypes alone', () => {
    const columns = [...COLUMNS, { ...COLUMNS[1], key: 'toString' } as ScoreColumn] // a copy of a column by another key
    const reading = json(
      '{"auroc": 0.5, "__proto__": {"brier": 0.5}, "constructor": {"prototype": {"brier": 1}}}',
      columns,
    )
    expect(scoresOf(reading)).toEqual({ auroc: '0.5' })
    expect(Object.hasOwn(Object.prototype, 'brier')).toBe(false)
  })

  it('have no negative zero and no digit beyond the grid', () => {
    expect(scoresOf(json('{"auroc": -0, "brier": -0.0000e5}'))).toEqual({ auroc: '0', brier: '0' })
    expect(scoresOf(json('{"auroc": 0.12345678901234567890}'))).toEqual({ auroc: '0.123' })
  })

  it('may be for a column named like something of JavaScript', () => {
    const columns = [{ key: '__proto__', title: 'x', decimals: 1, sorting: 'asc' as const, computed: false }]
    expect(json('{"__proto__": 2}', columns)).toMatchObject({ scores: [{ column: '__proto__', value: '2' }] })
    expect(whyOf(json('{}', columns))).toContain('none of the columns')
  })

  it('are missing when there is no file, and come from scores.json when there are two', () => {
    expect(readScores({}, COLUMNS)).toEqual({ kind: 'missing' })
    expect(scoresOf(readScores({ json: bytes('{"auroc": 1}'), txt: bytes('auroc: 0') }, COLUMNS))).toEqual({
      auroc: '1',
    })
    expect(whyOf(readScores({ json: bytes('nonsense'), txt: bytes('auroc: 0') }, COLUMNS))).toContain(
      'scores.json',
    )
  })

  it.each([
    ['NaN', '{"auroc": NaN}', '"auroc": it is NaN'],
    ['an infinity', '{"auroc": -Infinity}', '"auroc": it is -Infinity'],
    ['a number beyond all bounds', '{"brier": 1e400}', '"brier" has more than 15 digits'],
    ['sixteen digits', '{"brier": 1234567890123456}', '"brier" has more than 15 digits'],
    ['a number as text', '{"auroc": "0.8"}', '"auroc" is not a number'],
    ['null', '{"auroc": null}', '"auroc" is not a number'],
    ['a truth value', '{"auroc": true}', '"auroc" is not a number'],
    ['a list', '{"auroc": [0.8]}', '"auroc" is not a number'],
    ['more than the range', '{"auroc": 1.2}', '"auroc" is outside the declared range from 0 to 1'],
    ['less than the range', '{"auroc": -0.001}', '"auroc" is outside the declared range'],
    ['one bad value beside a good one', '{"auroc": 0.5, "brier": "x"}', '"brier" is not a number'],
    ['a duplicate key', '{"auroc": 0.5, "auroc": 0.6}', 'twice'],
    ['a key twice in two spellings', '{"auroc": 0.5, "\\u0061uroc": 0.6}', 'twice'],
    ['an undeclared key twice', '{"auroc": 0.5, "x": 1, "x": 2}', 'twice'],
    ['a prototype key twice', '{"auroc": 0.5, "__proto__": 1, "__proto__": 2}', 'twice'],
    ['a key twice further down', '{"auroc": 0.5, "x": {"y": 1, "y": 1}}', 'twice'],
    ['an infinity in other words', '{"brier": 1e999999999999999999999}', 'more than 15 digits'],
    ['twenty digits before the point', '{"brier": 12345678901234567890}', 'more than 15 digits'],
    ['a key of ten million characters', `{"auroc": 1, "${'k'.repeat(10_000_000)}": 1}`, 'larger than'],
    ['a number with a plus', '{"auroc": +0.5}', 'missing or malformed'],
    ['a number in hexadecimal', '{"auroc": 0x1}', 'malformed'],
    ['a number with a NUL', '{"auroc": 0.5\u0000}', 'malformed'],
    ['a number as a list of lists', `{"auroc": ${'['.repeat(100_000)}}`, 'nested'],
    ['no declared column', '{"accuracy": 0.5}', 'none of the columns auroc, brier'],
    ['a list at the top', '[0.5]', 'not an object'],
    ['nothing', '', 'cannot be read'],
    ['a byte order mark', '\ufeff{"auroc": 1}', 'byte order mark'],
    ['endless nesting', '{"x":'.repeat(100_000), 'nested'],
    ['a comment', '{"auroc": 1} // note', 'more text'],
    ['a file that is too large', `{"auroc": 1, "x": "${'x'.repeat(1_100_000)}"}`, 'larger than'],
  ])('are unreadable with %s', (_name, text, why) => {
    expect(whyOf(json(text))).toContain(why)
  })

  it('are unreadable when they are not UTF-8', () => {
    expect(whyOf(readScores({ json: Uint8Array.of(0x7b, 0xff, 0x7d) }, COLUMNS))).toContain('not UTF-8')
    expect(whyOf(readScores({ json: Buffer.from('{"auroc": 1}', 'utf16le') }, COLUMNS))).toContain(
      'cannot be read',
    )
  })

  it('compare the rounded value with the range, so that a last bit does no harm', () => {
    expect(scoresOf(json('{"auroc": 1.0000000000000002}'))).toEqual({ auroc: '1' })
    expect(scoresOf(json('{"auroc": -1e-17}'))).toEqual({ auroc: '0' })
  })
})

describe('scores.txt', () => {
  it('is lines of keys and numbers', () => {
    expect(scoresOf(txt('# by the scoring program\nauroc: 0.80796\nbrier: 1.4e-1\nnote: fine\n'))).toEqual({
      auroc: '0.808',
      brier: '0.14',
    })
  })

  it.each([
    ['a Python object', 'auroc: !!python/object/apply:os.system ["true"]'],
    ['a tag on a number', 'auroc: !!float 0.5'],
    ['an anchor', 'auroc: &a 0.5'],
    ['an alias', 'brier: &a 0.5\nauroc: *a'],
    ['a bomb of aliases', 'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\nauroc: 0.5'],
    ['a merge', 'x: &x {auroc: 0.5}\n<<: *x'],
    ['a duplicate key', 'auroc: 0.5\nauroc: 0.6'],
    ['a quoted number', 'auroc: "0.5"'],
    ['not a number', 'auroc: .nan'],
    ['an infinity', 'auroc: .inf'],
    ['a hexadecimal number', 'auroc: 0x1'],
    ['an octal number', 'brier: 007'],
    ['digits in groups', 'brier: 1_000'],
    ['a sexagesimal number', 'brier: 1:30'],
    ['nothing', 'auroc:'],
    ['a nested value', 'auroc: 0.5\nx: {y: 1}'],
    ['two documents', 'auroc: 0.5\n---\nauroc: 0.6'],
    ['a list', '- 0.5'],
    ['a bare number', '0.5'],
    ['a tab for a space', 'auroc:\n\t0.5'],
    ['an open flow', 'auroc: [0.5]'],
    ['a value over two lines', 'auroc: 0.5\n  6'],
    ['a block of text', 'auroc: |\n  0.5'],
    ['a mapping in a value', 'auroc: brier: 0.5'],
    ['an indented key', '  auroc: 0.5'],
    ['too much text', `auroc: 0.5\n${'#'.repeat(MAX_SCORES_TXT_CHARACTERS)}`],
  ])('is unreadable with %s', (_name, text) => {
    expect(txt(text).kind).toBe('unreadable')
  })

  it.each(['[', '{a: ', '{', '- ', '? ', 'a: ', ': ', '!x ', '&a '])(
    'is refused before the YAML parser can recurse into %j',
    (opener) => {
      for (const count of [1000, 5000, 20_000]) {
        expect(txt(opener.repeat(count)).kind).toBe('unreadable')
        expect(txt(`auroc: ${opener.repeat(count)}`).kind).toBe('unreadable')
        expect(txt(`auroc: 0.5\n${opener.repeat(count)}`).kind).toBe('unreadable')
      }
    },
  )

  it('may begin a document, quote its keys, hold text for other keys, and be JSON', () => {
    expect(
      scoresOf(txt('---\r\n"auroc": 0.5 # area\r\n\r\nurl: http://x.example\r\nt: 12:30\r\ns: "a: b"\r\n')),
    ).toEqual({ auroc: '0.5' })
    expect(scoresOf(txt('{"auroc": 0.5}'))).toEqual({ auroc: '0.5' })
    expect(scoresOf(txt('brier: -1.5e-2'))).toEqual({ brier: '-0.015' })
  })

  it('is read in bearable time whatever it holds', () => {
    const many = Array.from({ length: 6000 }, (_, number) => `k${number}: 1`).join('\n')
    expect(scoresOf(txt(`auroc: 0.5\n${many}`))).toEqual({ auroc: '0.5' })
  })
})

describe('any way to write the same scores', () => {
  const spelled = fc
    .record({
      digits: fc.integer({ min: 0, max: 1000 }),
      // Below half a unit of the last kept digit, so that it is to vanish.
      tail: fc.stringMatching(/^[0-4][0-9]{0,30}$/),
      form: fc.constantFrom('plain', 'exponent', 'zeros'),
    })
    .map(({ digits, tail, form }) => {
      const plain = `${Math.floor(digits / 1000)}.${String(digits % 1000).padStart(3, '0')}${tail}`
      const text = { plain, exponent: `${plain}E+0`, zeros: `${plain}000` }[form]
      return { text, auroc: decimalOf(digits) }
    })
  const space = fc.stringMatching(/^[ \n\t]{0,3}$/)

  it('gives the same canonical scores, and carries nothing else', () => {
    fc.assert(
      fc.property(
        spelled,
        space,
        space,
        fc.boolean(),
        fc.dictionary(fc.stringMatching(/^x[a-z]{0,5}$/), fc.jsonValue()),
        (score, before, after, isFirst, extra) => {
          const own = `"auroc"${before}:${after}${score.text}`
          const members = Object.entries(extra).map(
            ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
          )
          const text = `${before}{${(isFirst ? [own, ...members] : [...members, own]).join(`${after},${before}`)}}${after}`
          expect(scoresOf(json(text))).toEqual({ auroc: score.auroc })
        },
      ),
    )
  })

  it('gives the same bytes for any two files whose declared values round to the same, whatever else they hold', () => {
    const file = fc.tuple(
      fc.integer({ min: 0, max: 1000 }),
      fc.stringMatching(/^[0-4][0-9]{0,20}$/),
      fc.dictionary(fc.stringMatching(/^x[a-z]{0,5}$/), fc.jsonValue({ maxDepth: 2 })),
      fc.boolean(),
    )
    const textOf = (
      [, tail, extra, isFirst]: [number, string, Record<string, unknown>, boolean],
      digits: number,
    ) => {
      const own = `"auroc": ${Math.floor(digits / 1000)}.${String(digits % 1000).padStart(3, '0')}${tail}`
      const rest = JSON.stringify(extra).slice(1, -1)
      return `{${(isFirst ? [own, rest] : [rest, own]).filter((part) => part !== '').join(', ')}}`
    }
    fc.assert(
      fc.property(file, file, (one, other) => {
        const [digits] = one
        const released = [one, other].map((each) => {
          const reading = json(textOf(each, digits))
          if (reading.kind !== 'read') throw new Error(JSON.stringify(reading))
          return canonicalJson(reading.scores)
        })
        expect(released[0]).toBe(released[1])
      }),
    )
  })

  it('never throws and never releases what is no canonical score, whatever the bytes', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 100 }).map(bytes),
      fc
        .string({
          unit: fc.constantFrom(
            'auroc',
            ':',
            ' ',
            '\n',
            '0',
            '1',
            '.',
            'e',
            '-',
            '&a',
            '*a',
            '!',
            '{',
            '}',
            '[',
            '"',
            ',',
          ),
          maxLength: 30,
        })
        .map(bytes),
    )
    fc.assert(
      fc.property(hostile, fc.boolean(), (file, isJson) => {
        const reading = readScores(isJson ? { json: file } : { txt: file }, COLUMNS)
        if (reading.kind !== 'read') return
        for (const score of reading.scores) {
          expect(CanonicalScore.safeParse(score).success).toBe(true)
          const column = COLUMNS.find(({ key }) => key === score.column)
          expect(ScoreColumn.parse(column).computed).toBe(false)
          expect(score.value.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(column?.decimals ?? 0)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

function decimalOf(thousandths: number): string {
  return String(thousandths / 1000)
}
