const UUID_HEX = /^[0-9a-f]{32}$/i

/** What {@link reviveTyped} found: plain JSON, or the name of a type that it does not know. */
export type Revived =
  | { readonly kind: 'plain'; readonly value: unknown }
  | { readonly kind: 'unknown-type'; readonly type: string }

/**
 * Turns kombu's typed JSON into plain JSON. Only UUIDs occur in Codabench's messages (protocol reference, 1.2): an object
 * of exactly `__type__: "uuid"` and `__value__: {hex}` becomes the dashed, lower-case text. Any other type is told and not
 * guessed at, as a Celery worker refuses it, too.
 */
export function reviveTyped(value: unknown): Revived {
  let unknownType: string | undefined
  const revive = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(revive)
    if (typeof part !== 'object' || part === null) return part
    if ('__type__' in part) {
      const uuid = uuidOf(part)
      if (uuid === undefined) unknownType ??= String(part.__type__).slice(0, 64)
      return uuid
    }
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, revive(entry)]))
  }
  const plain = revive(value)
  return unknownType === undefined
    ? { kind: 'plain', value: plain }
    : { kind: 'unknown-type', type: unknownType }
}

function uuidOf(part: { readonly __type__: unknown }): string | undefined {
  const value = '__value__' in part ? part.__value__ : undefined
  if (part.__type__ !== 'uuid' || typeof value !== 'object' || value === null || !('hex' in value))
    return undefined
  const { hex } = value
  if (typeof hex !== 'string' || !UUID_HEX.test(hex)) return undefined
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
