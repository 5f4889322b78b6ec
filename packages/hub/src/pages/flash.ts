import type { Flash } from '@scoregate/ui/page'
import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

/**
 * What a page says once, after a form was sent. The cookie carries only the code, so nobody can make a page of ours say
 * words of theirs.
 */
const FLASHES = {
  'signed-in': { tone: 'good', text: 'You are signed in.' },
  'signed-up': { tone: 'good', text: 'Your account is made, and you are signed in.' },
  'signed-out': { tone: 'info', text: 'You are signed out.' },
  joined: { tone: 'good', text: 'You take part in this competition now.' },
  'join-pending': { tone: 'info', text: 'You asked to join. The organizer has to approve it first.' },
  'join-denied': { tone: 'warn', text: 'The organizer did not approve your taking part.' },
  'flow-set': { tone: 'good', text: 'The submission flow is saved. It counts for submissions from now on.' },
  'queue-revoked': {
    tone: 'good',
    text: 'The account of the workers is ended: nobody takes jobs of this queue until it has a new one.',
  },
  'queue-deleted': { tone: 'good', text: 'The queue is deleted, with all that the broker had of it.' },
  published: { tone: 'good', text: 'The competition is published: everybody can see it.' },
  unpublished: { tone: 'good', text: 'The competition is hidden: only you and its participants see it.' },
  'participant-approved': { tone: 'good', text: 'The participant is approved.' },
  'participant-denied': { tone: 'good', text: 'The participant is denied.' },
  'submission-run': { tone: 'good', text: 'The submission is on its way to a worker.' },
  'submission-rerun': { tone: 'good', text: 'A new submission of the same file is on its way to a worker.' },
  'submission-cancelled': { tone: 'good', text: 'The submission is cancelled.' },
  'submission-not-cancelled': {
    tone: 'warn',
    text: 'The submission had ended already, so nothing was cancelled.',
  },
  'leaderboard-added': { tone: 'good', text: 'The submission is on the leaderboard.' },
  'leaderboard-removed': { tone: 'good', text: 'The submission is off the leaderboard.' },
} as const satisfies Record<string, Flash>

export type FlashCode = keyof typeof FLASHES

const COOKIE = 'scoregate_hub_flash'
/** Long enough for the redirect to a slow page, short enough not to surprise on a later one. */
const SECONDS = 30

/** Makes the next page say this once. */
export function setFlash(c: Context<WebEnv>, code: FlashCode): void {
  setCookie(c, COOKIE, code, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: SECONDS })
}

/** What this page should say, if anything; it is said once. */
export function takeFlash(c: Context<WebEnv>): Flash | undefined {
  const code = getCookie(c, COOKIE)
  if (code === undefined) return undefined
  deleteCookie(c, COOKIE, { path: '/' })
  return isFlashCode(code) ? FLASHES[code] : undefined
}

function isFlashCode(code: string): code is FlashCode {
  return Object.hasOwn(FLASHES, code)
}
