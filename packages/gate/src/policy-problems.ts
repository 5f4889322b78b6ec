import { closestWord } from '@scoregate/protocol/closest-word'
import type { Problem } from '@scoregate/protocol/errors'
import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml'
import type { z } from 'zod'

/** A path into a policy: keys, and positions in lists. */
export type PolicyPath = readonly PropertyKey[]

/** A YAML document with what is needed to say where something in it is. */
export type PlacedDocument = {
  readonly document: Document
  readonly lines: LineCounter
  readonly fileName: string
}

/** `policy.yaml:12:3` for a place in the text. */
export function placeAt(offset: number, { lines, fileName }: PlacedDocument): string {
  const { line, col } = lines.linePos(offset)
  return `${fileName}:${line}:${col}`
}

/** What a schema found wrong with a YAML document, each with its place, the value seen and what is allowed. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  given: PlacedDocument & {
    /** What the schema looked at. */
    value: unknown
    allowedKeys: (path: PolicyPath) => readonly string[]
  },
): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey([...issue.path, key], given))
    }
    const seen = valueAt(given.value, issue.path)
    return [
      {
        where: placeOf(issue.path, given),
        what: `${dotted(issue.path)}: ${seenInWords(seen)}`,
        remedy: `${meantValue(issue, seen)}Allowed: ${allowedInWords(issue)}.`,
      },
    ]
  })
}

function unknownKey(path: PolicyPath, given: Parameters<typeof problemsOf>[1]): Problem {
  const allowed = given.allowedKeys(path.slice(0, -1))
  const meant = closestWord(String(path.at(-1)), allowed)
  return {
    where: placeOf(path, given),
    what: `${dotted(path)}: no such key`,
    remedy: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Allowed: ${allowed.join(', ')}.`,
  }
}

function valueAt(value: unknown, path: PolicyPath): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Object.entries(at).find(([key]) => key === String(step))?.[1]
  }
  return at
}

function seenInWords(seen: unknown): string {
  if (seen === undefined) return 'is missing'
  if (seen === null) return 'is empty'
  if (Array.isArray(seen)) return 'a list is not accepted here'
  if (typeof seen === 'object') return 'these keys are not accepted here'
  const text = typeof seen === 'string' ? `"${seen.slice(0, 100)}"` : String(seen)
  return `${text} is not accepted`
}

function meantValue(issue: z.core.$ZodIssue, seen: unknown): string {
  if (issue.code !== 'invalid_value' || typeof seen !== 'string') return ''
  const meant = closestWord(seen, issue.values.map(String))
  return meant === undefined ? '' : `Did you mean "${meant}"? `
}

/** The kinds of value that a schema without words of its own expects. */
const KIND_WORDS: Readonly<Record<string, string>> = {
  object: 'keys with values',
  record: 'keys with values',
  array: 'a list',
}

function allowedInWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ')
  // The library's own words begin so; a schema that has words for what it wants comes first.
  if (issue.message.startsWith('Invalid input')) {
    return issue.code === 'invalid_type' ? (KIND_WORDS[issue.expected] ?? issue.expected) : issue.message
  }
  if (issue.code === 'too_small' && issue.origin === 'array') return `at least ${issue.minimum}`
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  return issue.message
}

/** Where a path is in the file: at its key, or at the nearest thing above it that exists. */
export function placeOf(path: PolicyPath, given: PlacedDocument): string {
  let node: unknown = given.document.contents
  let offset = 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) break
      offset = startOf(pair.key) ?? offset
      node = pair.value
      continue
    }
    const item: unknown = itemOf(node, step)
    if (item === undefined) break
    offset = startOf(item) ?? offset
    node = item
  }
  return placeAt(offset, given)
}

function itemOf(node: unknown, step: PropertyKey): unknown {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return undefined
  return typeof step === 'number' ? node.items[step] : undefined
}

function startOf(node: unknown): number | undefined {
  const range =
    typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range : undefined
  return range?.[0]
}

function dotted(path: PolicyPath): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.')
}
