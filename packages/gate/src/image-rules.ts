import type { ImageRule } from '@scoregate/protocol/deposit'
import { matchesWildcard } from './wildcard.ts'

/** What may stand in an image name; a name with anything else is allowed by no rule. */
const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,255}$/

/** An image of the site, and what the policy grants to runs with it. */
export type ResolvedImage = {
  /** As the sandbox takes it: with `@sha256:…` where the policy pins it. */
  readonly image: string
  readonly pull: 'never' | 'if-missing'
  /** Devices as the Container Device Interface names them. */
  readonly gpu: readonly string[]
}

/**
 * Which image of the site stands for the name that a competition uses. The first rule whose pattern fits decides, also
 * when it says nothing for this sandbox; a name that fits none is not allowed.
 */
export function resolveImage(
  rules: readonly ImageRule[],
  name: string,
  sandbox: 'engine' | 'bubblewrap',
): ({ readonly kind: 'image' } & ResolvedImage) | { readonly kind: 'not-allowed' } {
  if (!IMAGE_NAME.test(name)) return { kind: 'not-allowed' }
  const rule = rules.find(({ pattern }) => matchesWildcard(pattern, name))
  const image = rule?.[sandbox]
  if (rule === undefined || image === undefined) return { kind: 'not-allowed' }
  // Granted whatever the sandbox: one that cannot give it refuses the run, and does not run it without.
  const granted = { pull: rule.pull ?? 'never', gpu: rule.gpu ?? [] }
  // For bubblewrap a star would let a competition name a folder of this machine.
  if (sandbox === 'bubblewrap') return { kind: 'image', image, ...granted }
  const pinned = rule.digest === undefined ? '' : `@${rule.digest}`
  return { kind: 'image', image: `${image.replaceAll('*', () => name)}${pinned}`, ...granted }
}
