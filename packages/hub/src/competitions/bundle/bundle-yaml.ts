import type { Problem } from '@scoregate/protocol/errors'
import { LineCounter, parseDocument } from 'yaml'

/** A path into the YAML: keys and positions. */
export type YamlPath = readonly PropertyKey[]

/** The parsed YAML and the way from a path in it back to its line. */
export type BundleYaml = {
  readonly fileName: string
  readonly value: unknown
  /** `competition.yaml:12`; for something absent, the line of what should hold it. */
  place(path: YamlPath): string
}

/** Parses `competition.yaml`; the problems are those of YAML itself. */
export function parseBundleYaml(
  text: string,
  fileName: string,
): { kind: 'parsed'; yaml: BundleYaml } | { kind: 'refused'; problems: Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false })
  const lineAt = (offset: number) => `${fileName}:${lines.linePos(offset).line}`
  if (document.errors.length > 0) {
    return {
      kind: 'refused',
      problems: document.errors.map((error) => ({
        where: lineAt(error.pos[0]),
        what: `is not valid YAML: ${error.message}`,
        remedy: 'Correct the YAML; mind indentation, colons and quotes.',
      })),
    }
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch {
    const problem = {
      where: fileName,
      what: 'repeats anchors too often',
      remedy: 'Write the values out instead of using YAML anchors.',
    }
    return { kind: 'refused', problems: [problem] }
  }
  const place = (path: YamlPath): string => {
    for (let length = path.length; length > 0; length--) {
      const offset = keyOffset(document.contents, path.slice(0, length))
      if (offset !== undefined) return lineAt(offset)
    }
    return `${fileName}:1`
  }
  return { kind: 'parsed', yaml: { fileName, value, place } }
}

/** Where the last part of a path begins: at its key in a mapping, at the item in a list. */
function keyOffset(root: unknown, path: YamlPath): number | undefined {
  let node: unknown = root
  let offset: number | undefined
  for (const part of path) {
    if (!hasItems(node)) return undefined
    const item: unknown =
      typeof part === 'number'
        ? node.items[part]
        : node.items.find((pair) => hasKey(pair) && String(scalar(pair.key)) === String(part))
    if (item === undefined) return undefined
    offset = startOf(hasKey(item) ? item.key : item)
    node = hasKey(item) ? item.value : item
  }
  return offset
}

function hasItems(node: unknown): node is { items: unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)
}

function hasKey(item: unknown): item is { key: unknown; value: unknown } {
  return typeof item === 'object' && item !== null && 'key' in item && 'value' in item
}

function scalar(node: unknown): unknown {
  return typeof node === 'object' && node !== null && 'value' in node ? node.value : node
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) {
    return undefined
  }
  const start: unknown = node.range[0]
  return typeof start === 'number' ? start : undefined
}
