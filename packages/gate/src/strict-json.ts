/** A JSON value as its text says it: numbers keep their digits, objects cannot touch a prototype. */
export type WrittenJson =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, WrittenJson> }
  | { readonly kind: 'array'; readonly items: readonly WrittenJson[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'literal'; readonly text: 'true' | 'false' | 'null' }

/** Text is no JSON that is accepted here; `message` says why, in a sentence without an end, and names the key. */
export class StrictJsonError extends Error {
  /** The key of the outermost object whose value is at fault. */
  readonly key: string | undefined

  constructor(message: string, key: string | undefined) {
    super(message)
    this.name = 'StrictJsonError'
    this.key = key
  }
}

/** Objects and arrays inside each other; scores are flat. */
export const MAX_JSON_DEPTH = 8

const WHITE_SPACE = /[\x20\t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const LITERAL = /true|false|null/y
const NOT_FINITE = /-?(?:NaN|Infinity)/y
/** A whole string: no control character, only the escapes of RFC 8259. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y
/** What may follow a number or a literal: `1.`, `01`, `1x` are none. */
const AFTER_WORD = /(?=[\x20\t\n\r,\]}]|$)/y

/**
 * Reads JSON strictly, by RFC 8259 and no more: refuses duplicate keys, nesting deeper than `MAX_JSON_DEPTH`, NaN and
 * infinities, and anything after the value. Throws `StrictJsonError`. Takes time in proportion to the text.
 */
export function readStrictJson(text: string): WrittenJson {
  const reader: Reader = { text, at: 0, outerKey: undefined }
  const value = readValue(reader, 0)
  skipWhiteSpace(reader)
  if (reader.at < text.length) throw fault(reader, 'there is more text after the JSON value', undefined)
  return value
}

type Reader = { readonly text: string; at: number; outerKey: string | undefined }

function readValue(reader: Reader, depth: number): WrittenJson {
  skipWhiteSpace(reader)
  const first = reader.text[reader.at]
  if (first === '{' || first === '[') {
    if (depth >= MAX_JSON_DEPTH) throw fault(reader, `it is nested deeper than ${MAX_JSON_DEPTH} levels`)
    return first === '{' ? readObject(reader, depth) : readArray(reader, depth)
  }
  if (first === '"') return { kind: 'string', text: readString(reader) }
  return readWord(reader)
}

function readObject(reader: Reader, depth: number): WrittenJson {
  const members = new Map<string, WrittenJson>()
  reader.at += 1
  if (skip(reader, '}')) return { kind: 'object', members }
  do {
    skipWhiteSpace(reader)
    const key = readString(reader)
    if (depth === 0) reader.outerKey = key
    if (members.has(key)) throw fault(reader, 'a key is there twice')
    if (!skip(reader, ':')) throw fault(reader, 'a colon is missing after a key')
    members.set(key, readValue(reader, depth + 1))
  } while (skip(reader, ','))
  if (!skip(reader, '}')) throw fault(reader, 'an object does not end')
  return { kind: 'object', members }
}

function readArray(reader: Reader, depth: number): WrittenJson {
  const items: WrittenJson[] = []
  reader.at += 1
  if (skip(reader, ']')) return { kind: 'array', items }
  do items.push(readValue(reader, depth + 1))
  while (skip(reader, ','))
  if (!skip(reader, ']')) throw fault(reader, 'an array does not end')
  return { kind: 'array', items }
}

function readString(reader: Reader): string {
  const written = take(reader, STRING)
  if (written === undefined) throw fault(reader, 'a text in double quotes is missing or malformed')
  const text: string = JSON.parse(written) // the pattern has let through nothing but one JSON string
  return text
}

function readWord(reader: Reader): WrittenJson {
  const literal = take(reader, LITERAL)
  if (literal === 'true' || literal === 'false' || literal === 'null') {
    requireWordEnd(reader)
    return { kind: 'literal', text: literal }
  }
  const notFinite = take(reader, NOT_FINITE)
  if (notFinite !== undefined)
    throw fault(reader, `it is ${notFinite}, which is not a number that can be released`)
  const number = take(reader, NUMBER)
  if (number === undefined) throw fault(reader, 'a value is missing or malformed')
  requireWordEnd(reader)
  return { kind: 'number', text: number }
}

function requireWordEnd(reader: Reader): void {
  if (take(reader, AFTER_WORD) === undefined) throw fault(reader, 'a value is malformed')
}

function skip(reader: Reader, sign: string): boolean {
  skipWhiteSpace(reader)
  if (reader.text[reader.at] !== sign) return false
  reader.at += 1
  return true
}

function skipWhiteSpace(reader: Reader): void {
  take(reader, WHITE_SPACE)
}

/** What matches at the reader's place, which moves behind it. */
function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const matched = pattern.exec(reader.text)?.[0]
  if (matched !== undefined) reader.at += matched.length
  return matched
}

function fault(reader: Reader, what: string, key: string | undefined = reader.outerKey): StrictJsonError {
  return new StrictJsonError(what, key)
}
