import type { Logger } from 'pino'
import type { InstitutionSettings } from './institution/institution-settings.ts'
import type { MailSettings } from './notices/mailer.ts'
import type { Role } from './people/roles.ts'

/** What a desk is started with; the command line makes it from settings and secrets. */
export type DeskConfig = {
  /** Holds the database and the vault; made if absent. One desk owns it at a time. */
  readonly dataFolder: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly policyFile: string
  /** What the site's workers show to deposit holds. */
  readonly workerToken: string
  /** What a Prometheus server shows to read the metrics; without one there are none. */
  readonly metricsToken?: string
  /** The platforms that this desk publishes to, each with the token by which it knows this site. */
  readonly platforms: readonly { readonly url: string; readonly siteToken: string }[]
  /** The address of the desk as reviewers reach it, for links in notices; where it listens unless given. */
  readonly publicUrl?: string
  /** The address of a reverse proxy before the desk, whose word is taken for where a request comes from. */
  readonly trustedProxy?: string
  /** How notices leave by mail; none do unless given. */
  readonly mail?: MailSettings
  /** The provider by whose accounts people may sign in, beside their passwords. */
  readonly institution?: InstitutionSettings
  /** Accounts to make sure of at the start. */
  readonly provision?: {
    readonly people: readonly {
      readonly username: string
      readonly password: string
      readonly token: string
      /** Of an account that is new; reviewer and steward unless given. */
      readonly roles?: readonly Role[]
    }[]
    readonly signInLinks?: readonly {
      readonly username: string
      readonly token: string
      readonly validUntil: Date
    }[]
  }
  /** The folder with the built browser scripts, one file for each of `src/islands/*.ts`; without it no page has one. */
  readonly islandsFolder?: string
  readonly log: Logger
  /** The time, for tests; the machine's own unless given. */
  readonly clock?: () => Date
  /** Milliseconds that only ever count up, for tests; the machine's own count unless given. */
  readonly monotonic?: () => number
  /** What runs in place of the thread of the checks, for tests of what that can do wrong. */
  readonly checkThread?: URL
}
