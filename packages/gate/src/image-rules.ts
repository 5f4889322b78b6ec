import type { ImageRule } from '@scoregate/protocol/deposit'
import { matchesWildcard } from './wildcard.ts'

/** What may stand in an image name; a name with anything else is allowed by no rule. */
const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,255}$/

/**
 * Which image of the site stands for the name that a competition uses. The first rule whose pattern fits decides, also
 * when it says nothing for this sandbox; a name that fits none is not allowed.
 */
export function resolveImage(
  rules: readonly ImageRule[],
  name: string,
  sandbox: 'engine' | 'bubblewrap',
): { kind: 'image'; image: string } | { kind: 'not-allowed' } {
  if (!IMAGE_NAME.test(name)) return { kind: 'not-allowed' }
  const image = rules.find((rule) => matchesWildcard(rule.pattern, name))?.[sandbox]
  if (image === undefined) return { kind: 'not-allowed' }
  // For bubblewrap a star would let a competition name a folder of this machine.
  return { kind: 'image', image: sandbox === 'engine' ? image.replaceAll('*', () => name) : image }
}
