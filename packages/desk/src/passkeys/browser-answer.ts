import { z } from 'zod'

/** Bytes as browsers send them. */
export const Base64Url = z
  .string()
  .max(16_384)
  .regex(/^[A-Za-z0-9_-]*$/)

/** What a form carries of a passkey: JSON. Undefined for what is none, or not of this shape. */
export function parseAnswer<T>(text: string, shape: z.ZodType<T>): T | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The question that a passkey says it answers. */
export function challengeIn(clientDataJSON: string): string | undefined {
  const text = Buffer.from(clientDataJSON, 'base64url').toString('utf8')
  return parseAnswer(text, z.object({ challenge: Base64Url }))?.challenge
}
