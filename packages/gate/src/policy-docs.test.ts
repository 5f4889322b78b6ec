import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { parsePolicy } from './policy.ts'
import { PolicyFile } from './policy-schema.ts'

const DOC = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
const EXAMPLES = [...DOC.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
/** What every policy has, before an example that shows only some keys. */
const HEAD = 'version: 1\nsite: A site\n'

/** Every key of a schema, a key within another after a dot; a map of names is one key, since its keys are the site's own. */
function keysOf(schema: unknown, before = ''): string[] {
  const shape = shapeOf(schema)
  // The checks have a page each, which another test compares.
  if (shape === undefined || before === 'checks.run') return [before]
  return Object.entries(shape).flatMap(([key, inner]) =>
    keysOf(inner, before === '' ? key : `${before}.${key}`),
  )
}

/** The keys of an object, however it is wrapped: as a default, as optional, as a list of such. */
function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const { def } = schema as {
    def: { type: string; innerType?: unknown; element?: unknown; shape?: z.ZodRawShape }
  } // every schema of zod has one
  if (def.type === 'object') return def.shape
  if (def.innerType !== undefined) return shapeOf(def.innerType)
  return def.element === undefined ? undefined : shapeOf(def.element)
}

/** The keys that the tables of the page explain; `limits.memory`, `.output` names two of `limits`. */
function explainedKeys(): string[] {
  return [...DOC.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) => {
    const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    const group = (names[0] ?? '').replace(/\..*$/, '')
    return names.map((name) => (name.startsWith('.') ? group + name : name))
  })
}

/** Whether a key within another stands in the row of that other. */
function isInRow(key: string): boolean {
  const [, outer = '', inner = ''] = /^(.*)\.([^.]*)$/.exec(key) ?? []
  return DOC.split('\n').some((line) => line.startsWith(`| \`${outer}\` |`) && line.includes(`\`${inner}\``))
}

/** Digests are cut short on the page. */
function withWholeDigests(text: string): string {
  return text.replace(/sha256:([0-9a-f]+)…/g, (_, begin: string) => `sha256:${begin.padEnd(64, '0')}`)
}

describe('the docs of the policy', () => {
  it('explain every key, and none that is not there', () => {
    const keys = keysOf(PolicyFile)
    expect(keys).toContain('limits.memory')
    expect(keys).toContain('data.beside_participant_code')
    const explained = explainedKeys()
    expect(keys.filter((key) => !explained.includes(key) && !isInRow(key))).toEqual([])
    const groups = new Set(['review', 'release', 'checks', 'limits', 'budget', 'data', 'notices'])
    expect(
      explained.filter(
        (key) => groups.has(key.split('.')[0] ?? '') && key.includes('.') && !isKey(key, keys),
      ),
    ).toEqual([])
  })

  it('have examples that a desk would take, each as it stands', () => {
    expect(EXAMPLES.length).toBeGreaterThan(8)
    for (const example of EXAMPLES) {
      const text = withWholeDigests(example)
      expect(
        parsePolicy(/^version:/m.test(text) ? text : HEAD + text, 'example.yaml'),
        example,
      ).toMatchObject({
        kind: 'valid',
      })
    }
  })

  it('have a whole policy for a hospital, a company and a public body', () => {
    for (const heading of ['a hospital', 'a company', 'a public body']) {
      const section = DOC.split(`## Example: ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
      const [, whole = ''] = /```yaml\n(.*?)```/s.exec(section) ?? []
      expect(whole, heading).toMatch(/^version: 1\nsite: /)
    }
  })
})

/** Whether the schema has this key, keys within it, or a map of names there, whose keys it does not know. */
function isKey(key: string, keys: readonly string[]): boolean {
  return keys.some((known) => known === key || key.startsWith(`${known}.`) || known.startsWith(`${key}.`))
}
