import { DeskRole } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import type { Context, MiddlewareHandler } from 'hono'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { paths } from '../paths.ts'

/** What a person of the desk may be there for; one person can have several. */
export const Role = DeskRole
export type Role = DeskRole

/** Whoever may see the contents of a hold; a steward who is neither sees the inbox only. */
export const HOLD_READERS = ['reviewer', 'auditor'] as const satisfies readonly Role[]

/** Whoever may see who the people of the desk are; stewards alone change them. */
export const PEOPLE_READERS = ['auditor', 'steward'] as const satisfies readonly Role[]

/** Each role, as pages name it, and what it is for. */
export const ROLE_WORDS = {
  reviewer: {
    name: 'Reviewer',
    one: 'a reviewer',
    description: 'Looks at the holds, and decides what of them may leave.',
  },
  auditor: {
    name: 'Auditor',
    one: 'an auditor',
    description: 'Sees everything, and decides nothing.',
  },
  steward: {
    name: 'Steward',
    one: 'a steward',
    description: 'Invites people and changes what they may do. Sees the inbox, but no hold.',
  },
} as const satisfies Record<Role, { name: string; one: string; description: string }>

/** The roles that a person has now. */
export async function rolesOf(db: DeskDb | DeskTransaction, personId: number): Promise<ReadonlySet<Role>> {
  const rows = await db
    .selectFrom('person_role')
    .select('role')
    .where('person_id', '=', personId)
    .orderBy('role')
    .execute()
  return new Set(rows.map(({ role }) => Role.parse(role)))
}

/** Looks up the roles of whoever makes a request, anew each time: one that is taken away is gone at once. */
export function knowRoles(db: DeskDb): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const signedIn = c.get('person')
    if (signedIn !== undefined) c.set('siteRoles', await rolesOf(db, signedIn.person.id))
    await next()
  }
}

/** Whether whoever makes this request has one of the roles. */
export function hasRole(c: Context<WebEnv>, ...roles: readonly Role[]): boolean {
  const own = c.get('siteRoles')
  return roles.some((role) => own?.has(role) === true)
}

/** What the forms of a page need that only these roles may send; undefined for anybody else, and for whoever reads with a token. */
export function csrfFor(c: Context<WebEnv>, ...roles: readonly Role[]): string | undefined {
  const by = c.get('person')?.by
  return by?.kind === 'session' && hasRole(c, ...roles) ? by.csrf : undefined
}

const STATED = new WeakMap<object, readonly Role[]>()

/**
 * Lets through only who has one of the roles; every route of the desk that is not open to everybody has this before it.
 * Whoever is not signed in is led from a page to the sign-in page, and from there back to what they asked for. Throws
 * `ScoregateError` (`not-signed-in`, `role-missing`).
 */
export function requireRole(...roles: readonly [Role, ...Role[]]): MiddlewareHandler<WebEnv> {
  const handler: MiddlewareHandler<WebEnv> = async (c, next) => {
    if (c.get('person') === undefined && c.req.method === 'GET' && !c.req.path.startsWith('/api/')) {
      const { pathname, search } = new URL(c.req.url)
      const asked = pathname + search
      // The cookie of a session does not come with what another site led to, such as a link in a mail that is read in a
      // browser. A page of our own that leads on is all that it takes, without a script.
      if (c.req.header('sec-fetch-site') === 'cross-site') {
        c.header('refresh', `0; url=${asked}`)
        return c.body(null)
      }
      return c.redirect(
        asked === '/' ? paths.signIn : `${paths.signIn}?next=${encodeURIComponent(asked)}`,
        303,
      )
    }
    requirePerson(c)
    if (!hasRole(c, ...roles)) throw roleMissing(roles)
    return next()
  }
  STATED.set(handler, roles)
  return handler
}

/** For what every person of the desk may do or see. */
export function requireAnyRole(): MiddlewareHandler<WebEnv> {
  return requireRole('reviewer', 'auditor', 'steward')
}

/** The roles that a handler lets through, if it is one of `requireRole`. */
export function statedRoles(handler: object): readonly Role[] | undefined {
  return STATED.get(handler)
}

function roleMissing(roles: readonly Role[]): ScoregateError {
  const who = roles.map((role) => ROLE_WORDS[role].one).join(' or ')
  return new ScoregateError({
    kind: 'not-allowed',
    code: 'role-missing',
    message: `This is only for ${who}, and you are not one here.`,
    remedy: 'Ask a steward of this site, who can change your roles.',
  })
}
