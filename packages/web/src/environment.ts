import type { HttpBindings } from '@hono/node-server'
import type { Person } from './accounts.ts'
import type { PersonalToken } from './personal-tokens.ts'

/** Who makes a request, and how they proved it. */
export type SignedIn = {
  readonly person: Person
  readonly by:
    | {
        readonly kind: 'session'
        readonly sessionId: string
        readonly csrf: string
        /** When the person last proved to be who they are, in this session. */
        readonly provenAt: Date
      }
    | { readonly kind: 'token'; readonly token: PersonalToken }
}

/** What every handler of hub and desk finds in its context. */
export type WebEnv = {
  Bindings: HttpBindings
  Variables: {
    person?: SignedIn
    /** What the site lets this person do, in the site's own words; the hub has none. */
    siteRoles?: ReadonlySet<string>
    requestId: string
  }
}
