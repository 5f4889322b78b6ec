import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import { z } from 'zod'
import { notFound, refusal } from '../refusals.ts'

const Id = z
  .string()
  .regex(/^[1-9][0-9]{0,14}$/)
  .transform(Number)

/** A number in the path; anything else is an address that does not exist. */
export function idParam(c: Context<WebEnv>, name: string, what: string): number {
  const id = Id.safeParse(c.req.param(name))
  if (!id.success) throw notFound(what)
  return id.data
}

/** A number in the query, if it is there. Throws `bad-input` for anything but a number. */
export function idQuery(c: Context<WebEnv>, name: string): number | undefined {
  const text = c.req.query(name)
  if (text === undefined || text === '') return undefined
  const id = Id.safeParse(text)
  if (id.success) return id.data
  throw refusal('bad-input', 'bad-query', `"${name}" must be a number.`, 'Correct the address.')
}

/** Numbers as JSON and as forms send them. */
export const formNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number),
])
/** Truth values as JSON and as forms send them. */
export const formFlag = z.union([
  z.boolean(),
  z.enum(['true', 'True', 'on', '1']).transform(() => true),
  z.enum(['false', 'False', 'off', '0']).transform(() => false),
])
