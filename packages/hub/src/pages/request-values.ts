import type { Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import type { Context } from 'hono'
import type { Viewer } from '../hub.ts'
import { notFound } from '../refusals.ts'

/** A number in the address, such as `:id`. Throws `ScoregateError` (`not-found`) for what can be no id. */
export function idParam(c: Context<WebEnv>, name: string, what: string): number {
  const text = c.req.param(name) ?? ''
  if (!/^[0-9]{1,15}$/.test(text)) throw notFound(what)
  return Number(text)
}

/** A positive number of the query, such as `?page=2`; 1 where it is missing or no number. */
export function pageNumber(c: Context<WebEnv>): number {
  const text = c.req.query('page') ?? ''
  return /^[1-9][0-9]{0,6}$/.test(text) ? Number(text) : 1
}

/** Who looks at this page. */
export function viewerOf(c: Context<WebEnv>): Viewer {
  return c.get('person')?.person
}

/** Who acts by this request. Throws `ScoregateError` (`not-signed-in`). */
export function personOf(c: Context<WebEnv>): Person {
  return requirePerson(c).person
}
