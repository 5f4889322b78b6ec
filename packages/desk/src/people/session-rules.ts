import type { WebEnv } from '@scoregate/web/environment'
import type { SessionRules } from '@scoregate/web/sessions'
import type { Context } from 'hono'

/** How long somebody stays signed in at the desk, and where: as short as a working day allows. */
export const DESK_SESSIONS: SessionRules = {
  hours: 8,
  idleMinutes: 30,
  isBoundToBrowser: true,
  sameSite: 'Strict',
}

/** So long after a sign-in its person may change accounts without proving again who they are. */
export const PROOF_MINUTES = 10

/** So long an invitation can be taken. */
export const INVITATION_HOURS = 72

/** The live number of the inbox: asked by the page itself, so no sign that anybody is there. */
export function isNewsPoll(c: Context<WebEnv>): boolean {
  return c.req.path.startsWith('/news/')
}
