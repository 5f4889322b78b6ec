import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PAGE = readFileSync('docs/security.md', 'utf8')
const SUITE_PAGE = readFileSync('docs/escape-suite.md', 'utf8')

/** White space and quotes are written otherwise in prose than in code. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** Tests that a page names, written as `path.test.ts` (*name*) or `path.test.ts`: *name*. */
function namedTests(text: string): { file: string; name: string }[] {
  return [...text.matchAll(/`([\w./-]+\.test\.tsx?)`(?: \(|: )\*([^*]+)\*/g)].map(
    ([, file = '', name = '']) => ({
      file,
      name: plain(name),
    }),
  )
}

/** Cases of the escape suite that the page links to. */
function linkedCases(text: string): string[] {
  return [...text.matchAll(/\]\(\.\.\/escape\/cases\/([a-z0-9-]+)\)/g)].map(([, id = '']) => id)
}

function isThere({ file, name }: { file: string; name: string }): boolean {
  return existsSync(file) && plain(readFileSync(file, 'utf8')).includes(name)
}

describe('the pages on security', () => {
  it('name only tests that exist', () => {
    const tests = [...namedTests(PAGE), ...namedTests(SUITE_PAGE)]
    expect(tests.length).toBeGreaterThan(30)
    expect(tests.filter((test) => !isThere(test))).toEqual([])
  })

  it('name only cases of the escape suite that exist', () => {
    const cases = linkedCases(PAGE)
    expect(cases.length).toBeGreaterThan(30)
    expect(cases.filter((id) => !existsSync(join('escape/cases', id, 'case.ts')))).toEqual([])
  })

  it('answer each of the 29 holes of the worker that is replaced', () => {
    const rows = new Map(
      [...SUITE_PAGE.matchAll(/^\| W(\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, n, , answer]) => [
        Number(n),
        answer ?? '',
      ]),
    )
    expect([...rows.keys()]).toEqual(Array.from({ length: 29 }, (_, index) => index + 1))
    expect([...rows].filter(([, answer]) => answer.trim().length < 9)).toEqual([])
  })

  it('name in that table only cases that exist', () => {
    const rows = [...SUITE_PAGE.matchAll(/^\| W\d+ \|[^|]+\|([^|]+)\|$/gm)].map(([, answer]) => answer ?? '')
    const names = rows.flatMap((answer) => [...answer.matchAll(/`([a-z0-9-]+)`/g)].map(([, id = '']) => id))
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter((id) => !existsSync(join('escape/cases', id, 'case.ts')))).toEqual([])
  })
})
