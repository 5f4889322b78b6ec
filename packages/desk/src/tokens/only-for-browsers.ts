import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import type { Context } from 'hono'

/** Forms carry the proof of a session; a token that used them would make others with no bound. Throws `ScoregateError`. */
export function onlyForBrowsers(c: Context<WebEnv>): void {
  if (requirePerson(c).by.kind === 'session') return
  throw new ScoregateError({
    kind: 'not-allowed',
    code: 'for-browsers',
    message: 'This form is for whoever signed in with a browser.',
    remedy: 'Sign in with a browser. What programs may ask is told at /api/docs.',
  })
}
