import type { ImageRule } from '@scoregate/protocol/deposit'

/**
 * Which image of the site stands for the name that a competition uses: the first rule whose pattern matches and that
 * says something for this sandbox. A name that nothing matches is not allowed.
 */
export function resolveImage(
  rules: readonly ImageRule[],
  name: string,
  sandbox: 'engine' | 'bubblewrap',
): { kind: 'image'; image: string } | { kind: 'not-allowed' } {
  const rule = rules.find(({ pattern }) => matchesPattern(pattern, name))
  const image = rule?.[sandbox]
  if (image === undefined) return { kind: 'not-allowed' }
  return { kind: 'image', image: sandbox === 'engine' ? image.replaceAll('*', name) : image }
}

/** Whether a name matches a pattern in which `*` stands for any run of characters; nothing else is special. */
export function matchesPattern(pattern: string, name: string): boolean {
  const pieces = pattern.split('*')
  const first = pieces.shift() ?? ''
  const last = pieces.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false
  // Taking each piece at its first place leaves the most for those after it; no backtracking, so no slow patterns.
  let from = first.length
  const end = name.length - last.length
  for (const piece of pieces) {
    const at = name.indexOf(piece, from)
    if (at < 0 || at + piece.length > end) return false
    from = at + piece.length
  }
  return true
}
