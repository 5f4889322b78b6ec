import { isMap, isScalar, parseDocument } from 'yaml'

/** What a scores file says for one key: the text of a number, or that it is something else. */
export type WrittenScore =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'other'; readonly what: string }

/** A scores file that could be read, or why not, in a sentence for the site alone. */
export type ScoreFileReading =
  | { readonly kind: 'read'; readonly scores: ReadonlyMap<string, WrittenScore> }
  | { readonly kind: 'unreadable'; readonly why: string }

/** A scores file holds a few numbers; whatever is larger carries something else. */
export const MAX_SCORES_BYTES = 1_048_576

const MAX_KEYS = 10_000

/**
 * Reads `scores.json` (one JSON object) or `scores.txt` (`key: value` lines, which Codabench reads as YAML). Keys are
 * kept in a Map, so that none of them can be a name that JavaScript's objects give a meaning to. Refused: text that is
 * not UTF-8, duplicate keys, aliases and tags (attacks 9 and 10), anything but one flat mapping.
 */
export function readScoreFile(bytes: Uint8Array, format: 'json' | 'txt'): ScoreFileReading {
  const name = format === 'json' ? 'scores.json' : 'scores.txt'
  if (bytes.byteLength > MAX_SCORES_BYTES)
    return unreadable(`${name} is larger than ${MAX_SCORES_BYTES} bytes`)
  const text = decodeUtf8(bytes)
  if (text === undefined) return unreadable(`${name} is not UTF-8 text`)
  // YAML 1.2 holds JSON, and its parser keeps the source text of every number and refuses duplicate keys; that JSON's
  // own grammar holds as well is checked first.
  if (format === 'json') {
    const trouble = troubleWithJson(text)
    if (trouble !== undefined) return unreadable(`${name} ${trouble}`)
  }
  return readMapping(text, name)
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const MAX_DEPTH = 8

function troubleWithJson(text: string): string | undefined {
  if (depthOf(text) > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : 'is not a JSON object'
  } catch {
    // The parser's message would quote the file.
    return 'is not valid JSON (NaN and infinities are not JSON)'
  }
}

/** Brackets that are open at once, at most; brackets in strings only make it larger, which is the safe side. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return deepest
}

function readMapping(text: string, name: string): ScoreFileReading {
  if (depthOf(text) > MAX_DEPTH) return unreadable(`${name} is nested too deeply`)
  const document = parseDocument(text, {
    schema: 'core',
    uniqueKeys: true,
    merge: false,
    keepSourceTokens: false,
    prettyErrors: false,
  })
  if (document.errors.length > 0 || document.warnings.length > 0) {
    const isTwin = document.errors.some((error) => error.code === 'DUPLICATE_KEY')
    return unreadable(isTwin ? `${name} has a key twice` : `${name} cannot be read as "key: value" lines`)
  }
  const root = document.contents
  if (!isMap(root)) return unreadable(`${name} is not a list of keys with values`)
  if (root.items.length > MAX_KEYS) return unreadable(`${name} has more than ${MAX_KEYS} keys`)
  const scores = new Map<string, WrittenScore>()
  for (const { key, value } of root.items) {
    if (!isScalar(key)) return unreadable(`${name} has a key that is not text`)
    scores.set(String(key.source ?? key.value), written(value))
  }
  return { kind: 'read', scores }
}

function written(value: unknown): WrittenScore {
  if (!isScalar(value)) return { kind: 'other', what: 'a nested value' }
  if (value.anchor !== undefined || value.tag !== undefined) return { kind: 'other', what: 'a tagged value' }
  if (typeof value.value !== 'number') {
    return { kind: 'other', what: value.value === null ? 'nothing' : `a ${typeof value.value}` }
  }
  // YAML knows spellings that JSON does not: 0x1f, .5, +1, .inf; only decimal digits count as a score.
  const text = (value.source ?? '')
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|[eE])/, '.0')
  return { kind: 'number', text }
}

function unreadable(why: string): ScoreFileReading {
  return { kind: 'unreadable', why: `${why}.` }
}
