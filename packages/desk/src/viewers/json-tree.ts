import { MAX_DEPTH, MAX_NODES, type TreeMember, type TreeNode } from './tree-node.ts'

const SPACE = /[ \t\r\n]*/y
const STRING = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const WORD = /[^\s,:[\]{}"]+/y

/** Reads JSON without changing anything of it; undefined when it is none, or too deep or too large to be drawn. */
export function parseJsonTree(text: string): TreeNode | undefined {
  let at = 0
  let nodes = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }
  const takeSign = (sign: string): boolean => {
    take(SPACE)
    if (text[at] !== sign) return false
    at += 1
    return true
  }

  function members(end: string, depth: number): TreeMember[] | undefined {
    const found: TreeMember[] = []
    const keys = new Set<string>()
    if (takeSign(end)) return found
    do {
      take(SPACE)
      const key = end === '}' ? take(STRING) : undefined
      if (end === '}' && (key === undefined || !takeSign(':'))) return undefined
      const inner = value(depth)
      if (inner === undefined) return undefined
      const plain = key === undefined ? undefined : unescaped(key)
      found.push({ key, isTwin: plain !== undefined && keys.has(plain), value: inner })
      if (plain !== undefined) keys.add(plain)
    } while (takeSign(','))
    return takeSign(end) ? found : undefined
  }

  function value(depth: number): TreeNode | undefined {
    nodes += 1
    if (depth > MAX_DEPTH || nodes > MAX_NODES) return undefined
    if (takeSign('{')) {
      const inner = members('}', depth + 1)
      return inner && { kind: 'object', members: inner }
    }
    if (takeSign('[')) {
      const inner = members(']', depth + 1)
      return inner && { kind: 'array', members: inner }
    }
    const scalar = take(STRING) ?? take(WORD)
    return scalar === undefined ? undefined : { kind: 'scalar', text: scalar }
  }

  const root = value(0)
  take(SPACE)
  return at === text.length ? root : undefined
}

/** Two keys that are written differently can be the same. */
function unescaped(key: string): string {
  try {
    return String(JSON.parse(key))
  } catch {
    return key
  }
}
