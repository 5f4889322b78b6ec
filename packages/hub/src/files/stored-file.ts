import { Digest } from '@scoregate/protocol/digest'
import { z } from 'zod'

/** A file of the hub that rows refer to: its content by digest, and the name under which it is given out. */
export const StoredFile = z.strictObject({
  sha256: Digest,
  sizeBytes: z.int().min(0),
  fileName: z.string(),
})
export type StoredFile = z.infer<typeof StoredFile>

/** Reads a JSON column by its schema. Throws when the row is not what this version writes. */
export function parseJsonColumn<T>(text: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(text))
}
