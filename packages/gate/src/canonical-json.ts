/** A value that JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/**
 * The one JSON text of a value, by RFC 8785 (JSON Canonicalization Scheme): no white space, keys sorted by UTF-16 code
 * units, numbers as ECMAScript writes them. Equal values give equal text, so that its SHA-256 names the value.
 *
 * Throws a `TypeError` for what has no such text: NaN, infinities, lone surrogates, and values that are no JSON.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return canonicalNumber(value)
  if (typeof value === 'string') return canonicalString(value)
  if (isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  if (isPlainObject(value)) {
    // The default order of sort() compares UTF-16 code units, which is the order that section 3.2.3 asks for.
    const members = Object.keys(value)
      .sort()
      .map((key) => `${canonicalString(key)}:${canonicalJson(valueAt(value, key))}`)
    return `{${members.join(',')}}`
  }
  throw new TypeError(`A value of type ${typeof value} has no canonical JSON.`)
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`The number ${value} has no canonical JSON.`)
  return JSON.stringify(value) // ECMAScript's own serialization is the one of section 3.2.2.3, -0 as 0 included
}

function canonicalString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('A lone surrogate has no canonical JSON.')
  return JSON.stringify(text) // escapes exactly what section 3.2.2.2 lists once lone surrogates are excluded
}

function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Dates, maps and the like would lose their content without a word. */
function isPlainObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function valueAt(object: { readonly [key: string]: JsonValue }, key: string): JsonValue {
  const value = object[key]
  if (value === undefined)
    throw new TypeError(`The value of "${key}" is undefined, which has no canonical JSON.`)
  return value
}
