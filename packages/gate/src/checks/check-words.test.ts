import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkIndex, checkPage } from './check-words.ts'
import { FINDING_SOURCES } from './finding.ts'

const FOLDER = new URL('../../../../docs/checks/', import.meta.url)

describe('the docs of the checks', () => {
  it('have a page for every check and an index, in the words of the desk', () => {
    for (const source of FINDING_SOURCES) {
      expect(readFileSync(new URL(`${source}.md`, FOLDER), 'utf8')).toBe(checkPage(source))
    }
    expect(readFileSync(new URL('README.md', FOLDER), 'utf8')).toBe(checkIndex(FINDING_SOURCES))
    expect(readdirSync(FOLDER)).toHaveLength(FINDING_SOURCES.length + 1)
  })
})
