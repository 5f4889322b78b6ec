import { z } from 'zod'

/** A SHA-256 in lower-case hexadecimal; the identity of a blob, a manifest or a hold. */
export const Digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 lower-case hexadecimal digits')
  .brand<'Digest'>()
export type Digest = z.infer<typeof Digest>
