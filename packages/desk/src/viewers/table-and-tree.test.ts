import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DeskRig } from '../desk-rig.ts'
import { guessSeparator, isFormula, readRows } from './delimited-rows.ts'
import { parseJsonTree } from './json-tree.ts'
import { MAX_YAML_CHARACTERS, parseYamlTree } from './yaml-tree.ts'

const cellsOf = (text: string, isEnd = true) =>
  readRows(Buffer.from(text), { separator: 'comma', maxRows: 100, isEnd }).map((row) => row.cells.map(String))

describe('a table', () => {
  it('is read with its quotes, separators and line breaks in cells, and loses no byte', () => {
    expect(cellsOf('a,"b,""c""\n d",e\r\n,\n"x"y,z')).toEqual([
      ['a', 'b,"c"\n d', 'e'],
      ['', ''],
      ['xy', 'z'],
    ])
    expect(cellsOf('a,b\n"never closed,c\nd')).toEqual([['a', 'b'], ['never closed,c\nd']])
    expect(cellsOf('a,b\nc,', false)).toEqual([['a', 'b']])
    const rows = readRows(Buffer.from('a,b\n"c\nd",e\nf'), { separator: 'comma', maxRows: 9, isEnd: true })
    expect(rows.map(({ from, to }) => [from, to])).toEqual([
      [0, 4],
      [4, 12],
      [12, 13],
    ])
    expect(guessSeparator(Buffer.from('a;b,c\n1;2\n'), true)).toBe('semicolon')
    expect(guessSeparator(Buffer.from('a log\nwith lines\n'), true)).toBeUndefined()
    expect(
      ['=A1', ' +cmd', '@x', '-1.5', '+3e5', 'text'].map((cell) => isFormula(Buffer.from(cell))),
    ).toEqual([true, true, true, false, false, false])
  })

  it('is shown as text, page by page, and a page that leaves columns out counts for nothing', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const wide = `${Array.from({ length: 30 }, (_, at) => `c${at}`).join(',')}\n`.repeat(3)
    const { id } = await rig.deposit({
      files: {
        'scoring_output/scores.json': '{"auc": 0.5}',
        'scoring_output/long.csv': Array.from(
          { length: 250 },
          (_, at) => `${at},"=cmd|' /C calc'!A0"\n`,
        ).join(''),
        'scoring_output/wide.csv': wide,
      },
    })
    const get = async (path: string) => (await browser.get(path)).text()
    const first = await get(`/holds/${id}/files/0?as=table`)
    expect(first).toContain('100 cells here would run as a formula')
    const next = /href="([^"]+)"><span>Later/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await get(next)
    expect(second).toContain('Rows 101 to 200')
    const third = await get(/href="([^"]+)"><span>Later/.exec(second)?.[1]?.replaceAll('&amp;', '&') ?? '')
    expect(third).toContain('Rows 201 to 250')
    expect(third).toContain('all of it')
    expect(third).toContain('<span>Earlier')
    const narrow = await get(`/holds/${id}/files/2?as=table`)
    expect(narrow).toContain('columns 1 to 20 of 30')
    expect(narrow).toContain('nothing yet')
    expect(await get(`/holds/${id}/files/2?as=table&column=20`)).toContain('c29')
  })
})

describe('a tree', () => {
  it('keeps numbers and texts as written, and tells twins, however they are spelled', () => {
    const tree = parseJsonTree('{"a": 1.50e400, "\\u0061": "\\u202e", "b": [NaN, -0]}')
    expect(JSON.stringify(tree)).toContain('"text":"1.50e400"')
    expect(tree?.kind === 'object' && tree.members.map(({ isTwin }) => isTwin)).toEqual([false, true, false])
  })

  it('is none for what is not JSON, too deep or too long', () => {
    for (const text of ['{"a" 1}', '[1', '[1]]', '', '['.repeat(100_000), `[${'1,'.repeat(6000)}1]`])
      expect(parseJsonTree(text)).toBeUndefined()
  })
  it('of YAML follows no alias, obeys no tag, and keeps what is written', () => {
    const tree = parseYamlTree(
      'a: &x [1.50, "q\\u202e"]\nb: *x\n"\\x61": !!python/object:os.system rm\n<<: *x\nt: |\n  two\n  lines\n? {k: 1}\n: v\n',
    )
    const members = tree?.kind === 'object' ? tree.members : []
    expect(members.map(({ key }) => key)).toEqual(['a', 'b', '"\\x61"', '<<', 't', '{k: 1}'])
    expect(members.map(({ isTwin }) => isTwin)).toEqual([false, false, true, false, false, false])
    expect(members[0]?.value).toEqual({
      kind: 'array',
      marks: ['&x'],
      members: [
        { key: undefined, isTwin: false, value: { kind: 'scalar', text: '1.50', marks: [] } },
        { key: undefined, isTwin: false, value: { kind: 'scalar', text: '"q\\u202e"', marks: [] } },
      ],
    })
    expect(members[1]?.value).toMatchObject({ kind: 'scalar', text: '*x' })
    expect(members[2]?.value).toMatchObject({ text: 'rm', marks: ['!!python/object:os.system'] })
    expect(members[4]?.value).toMatchObject({ text: '|\n  two\n  lines\n' })
    expect(parseYamlTree('a: 1\n---\n- 2\n')).toMatchObject({ kind: 'documents' })
  })

  it('of YAML is not grown by aliases, which a reader that follows them is', () => {
    const bomb = `a: &a [x, x]\n${Array.from({ length: 25 }, (_, at) => {
      const [name, last] = [98 + at, 97 + at].map((code) => String.fromCharCode(code))
      return `${name}: &${name} [*${last}, *${last}]\n`
    }).join('')}`
    expect(JSON.stringify(parseYamlTree(bomb)).length).toBeLessThan(10_000)
    expect(() => parse(bomb)).toThrow('alias')
  })

  it('of YAML is none for plain text, and for what is too deep, however it is nested', () => {
    for (const text of [
      'a line of a log\n',
      '',
      '['.repeat(50_000),
      '- '.repeat(20_000),
      '? '.repeat(20_000),
      Array.from({ length: 200 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''),
      `[${'{a: '.repeat(100)}`,
      `- ${'x'.repeat(MAX_YAML_CHARACTERS)}`,
      `${'- 1\n'.repeat(6000)}`,
    ])
      expect(parseYamlTree(text)).toBeUndefined()
  })
})
