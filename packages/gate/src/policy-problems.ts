import { closestWord } from '@scoregate/protocol/closest-word'
import type { Problem } from '@scoregate/protocol/errors'
import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml'
import type { z } from 'zod'

type Path = readonly PropertyKey[]

/** What a schema found wrong with a YAML document, each with `file:line:column` and what is allowed. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  given: {
    document: Document
    lines: LineCounter
    fileName: string
    allowedKeys: (path: Path) => readonly string[]
  },
): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey([...issue.path, key], given))
    }
    const [inner] = issue.code === 'invalid_union' ? (issue.errors[0] ?? []) : []
    return [
      {
        where: placeOf(issue.path, given),
        what: `${dotted(issue.path)}: ${inner?.message ?? issue.message}`,
        remedy: remedyFor(issue),
      },
    ]
  })
}

function unknownKey(path: Path, given: Parameters<typeof problemsOf>[1]): Problem {
  const allowed = given.allowedKeys(path.slice(0, -1))
  const meant = closestWord(String(path.at(-1)), allowed)
  return {
    where: placeOf(path, given),
    what: `${dotted(path)}: no such key`,
    remedy: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Allowed here: ${allowed.join(', ')}.`,
  }
}

function remedyFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `Allowed: ${issue.values.map(String).join(', ')}.`
    case 'invalid_format':
      return `Allowed: ${issue.message}.`
    case 'invalid_type':
      return `Allowed: ${issue.expected}.`
    default:
      return 'See docs/policy.md.'
  }
}

/** Where a path is in the file: the line of its key, or of the nearest thing above it that exists. */
function placeOf(path: Path, { document, lines, fileName }: Parameters<typeof problemsOf>[1]): string {
  let node: unknown = document.contents
  let offset = 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) break
      offset = startOf(pair.key) ?? offset
      node = pair.value
      continue
    }
    const item: unknown = isCollectionItem(node, step)
    if (item === undefined) break
    offset = startOf(item) ?? offset
    node = item
  }
  const { line, col } = lines.linePos(offset)
  return `${fileName}:${line}:${col}`
}

function isCollectionItem(node: unknown, step: PropertyKey): unknown {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return undefined
  return typeof step === 'number' ? node.items[step] : undefined
}

function startOf(node: unknown): number | undefined {
  const range =
    typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range : undefined
  return range?.[0]
}

function dotted(path: Path): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.')
}
