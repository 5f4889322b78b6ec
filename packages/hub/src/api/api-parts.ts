import type { Blobs } from '@scoregate/storage/blobs'
import type { Accounts } from '@scoregate/web/accounts'
import type { HubParts } from '../create-hub.ts'
import type { ApiDocs } from './api-docs.ts'

/** What the routes of the API are made over. */
export type ApiParts = HubParts & {
  readonly accounts: Accounts
  readonly blobs: Blobs
  readonly docs: ApiDocs
  readonly publicUrl: () => string
  readonly maxArtefactBytes: number
}
