import { z } from 'zod'

/** The keys that a schema allows at a path; empty where it has none of its own. */
export function allowedKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [step, ...rest] = path
  const found = unwrapped(schema)
  if (found instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(found.shape)
    const member: z.core.$ZodType | undefined = found.shape[String(step)]
    return member === undefined ? [] : allowedKeys(member, rest)
  }
  if (step === undefined) return []
  if (found instanceof z.ZodRecord) return allowedKeys(found.valueType, rest)
  if (found instanceof z.ZodArray) return allowedKeys(found.element, rest)
  return []
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap())
  }
  // A preprocessed schema: what comes in is made ready, then parsed by the schema that has the keys.
  if (schema instanceof z.ZodPipe) return unwrapped(schema.out)
  return schema
}
