import type { Accounts } from '@scoregate/web/accounts'
import type { Hub } from '../hub.ts'

/** What the pages are made over. */
export type PageParts = {
  readonly hub: Hub
  readonly accounts: Accounts
  readonly clock: () => Date
  /** The folder with the built browser scripts, one file for each of `src/islands/*.ts`. */
  readonly islandsFolder: string
}
