import { CST, Lexer, Parser } from 'yaml'
import { MAX_DEPTH, MAX_NODES, type TreeMember, type TreeNode } from './tree-node.ts'

/** Longer YAML is to be read as text. */
export const MAX_YAML_CHARACTERS = 65_536

/**
 * Reads YAML as it is written: no alias is followed, no tag is obeyed, nothing is merged, and no value is made of any text.
 * Undefined when it is none, has no list or mapping at its top, or is too deep or too long to be drawn.
 *
 * The library recurses with the nesting of its text, and a stack that overflows in the wrong place ends the process; so it
 * gets only what was seen not to be deep.
 */
export function parseYamlTree(text: string): TreeNode | undefined {
  if (text.length > MAX_YAML_CHARACTERS || isDeep(text)) return undefined
  const budget = { nodes: 0 }
  const documents: TreeNode[] = []
  for (const token of new Parser().parse(text)) {
    if (token.type === 'document') {
      if (token.value === undefined) continue
      const node = nodeOf(token.value, token.start, 0, budget)
      if (node === undefined) return undefined
      documents.push(node)
    } else if (token.type === 'error' || token.type === 'doc-end') {
      if (token.type === 'error') return undefined
    }
  }
  if (!documents.some(({ kind }) => kind !== 'scalar')) return undefined
  const [only] = documents
  if (documents.length === 1) return only
  return {
    kind: 'documents',
    members: documents.map((value) => ({ key: undefined, isTwin: false, value })),
  }
}

/** Lists and mappings within each other: by brackets, by indentation, and by indicators on one line. */
function isDeep(text: string): boolean {
  const begins = /^[ \t\-?:]*/gm
  for (const [begin] of text.matchAll(begins)) if (begin.length > 2 * MAX_DEPTH) return true
  let depth = 0
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
    if (depth > MAX_DEPTH) return true
  }
  return false
}

type Budget = { nodes: number }

function nodeOf(
  token: CST.Token,
  before: readonly CST.SourceToken[],
  depth: number,
  budget: Budget,
): TreeNode | undefined {
  budget.nodes += 1
  if (depth > MAX_DEPTH || budget.nodes > MAX_NODES) return undefined
  const marks = before.filter(({ type }) => type === 'anchor' || type === 'tag').map(({ source }) => source)
  switch (token.type) {
    case 'block-map':
      return membersOf(token.items, 'object', { depth, budget, marks })
    case 'block-seq':
      return membersOf(token.items, 'array', { depth, budget, marks })
    case 'flow-collection':
      return membersOf(token.items, token.start.source === '{' ? 'object' : 'array', { depth, budget, marks })
    case 'scalar':
    case 'alias':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
      return { kind: 'scalar', text: token.source, marks }
    case 'block-scalar':
      return { kind: 'scalar', text: `${blockHeader(token)}\n${token.source}`, marks }
    default:
      return undefined
  }
}

function membersOf(
  items: readonly CST.CollectionItem[],
  kind: 'object' | 'array',
  given: { depth: number; budget: Budget; marks: readonly string[] },
): TreeNode | undefined {
  const members: TreeMember[] = []
  const keys = new Set<string>()
  for (const { start, key, sep, value } of items) {
    // What follows the last comma, and what is between documents, is an item without anything in it.
    if (key == null && sep === undefined && value === undefined) continue
    const element = sep === undefined ? (key ?? value) : value
    const inner = element == null ? EMPTY : nodeOf(element, sep ?? start, given.depth + 1, given.budget)
    if (inner === undefined) return undefined
    const written = sep === undefined ? undefined : key == null ? '' : CST.stringify(key).trim()
    const plain = written === undefined ? undefined : plainKey(key, written)
    members.push({ key: written, isTwin: plain !== undefined && keys.has(plain), value: inner })
    if (plain !== undefined) keys.add(plain)
  }
  return { kind, members, marks: given.marks }
}

/** Nothing is written, which readers of YAML take for null. */
const EMPTY: TreeNode = { kind: 'scalar', text: '' }

/** Keys that are written differently can be the same. */
function plainKey(key: CST.Token | null | undefined, written: string): string {
  if (key?.type !== 'double-quoted-scalar' && key?.type !== 'single-quoted-scalar') return written
  return CST.resolveAsScalar(key, false, () => undefined)?.value ?? written
}

function blockHeader(token: CST.BlockScalar): string {
  return token.props.flatMap((prop) => (prop.type === 'block-scalar-header' ? [prop.source] : [])).join('')
}
