import { z } from 'zod'
import { FILE_KINDS, type FileKind } from './file-signature.ts'
import { CHECK_NAMES, type CheckName } from './finding.ts'

/**
 * Whether a check runs. `required`: it does, and a hold over which it did not get through cannot be approved, only
 * rejected.
 */
export const CheckMode = z.enum(['on', 'off', 'required'])
export type CheckMode = z.infer<typeof CheckMode>

const MODES = Object.fromEntries(CHECK_NAMES.map((name) => [name, CheckMode])) as Record<
  CheckName,
  typeof CheckMode
> // one entry for each name

/** How each check is set; what is absent is `on`. */
export const CheckModes = z.strictObject(MODES).partial()
export type CheckModes = z.infer<typeof CheckModes>

/** The site's rules about checks for a competition, as a hold keeps them. */
export const CheckRules = z.strictObject({
  /** Whether an approval must wait until the checks have ended. */
  approval: z.enum(['after-checks', 'any-time']),
  timeLimitSeconds: z.number(),
  run: CheckModes,
  smallCountsBelow: z.number(),
  textVolumeOverBytes: z.number(),
  hexRunFrom: z.number(),
  base64RunFrom: z.number(),
  fileKinds: z.array(z.enum(FILE_KINDS)),
})
export type CheckRules = z.infer<typeof CheckRules>

/** Kinds of files that a reviewer can look at, and that a scoring program has reason to write. */
export const ALLOWED_KINDS: readonly FileKind[] = ['text', 'png', 'jpeg', 'gif', 'webp']

/** What holds where the policy says nothing. */
export const DEFAULT_CHECK_RULES: CheckRules = {
  approval: 'after-checks',
  timeLimitSeconds: 600,
  run: {},
  smallCountsBelow: 10,
  textVolumeOverBytes: 64 * 1024,
  hexRunFrom: 40,
  base64RunFrom: 60,
  fileKinds: [...ALLOWED_KINDS],
}

/** How a check is set. */
export function modeOf(rules: Pick<CheckRules, 'run'>, name: CheckName): CheckMode {
  return rules.run[name] ?? 'on'
}
