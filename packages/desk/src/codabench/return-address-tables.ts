import type { Migration } from '@scoregate/storage/migrate'

/** Where results of Codabench jobs are published, sealed as the worker sent it; and how far the posting of scores is. */
export interface ReturnAddressTables {
  return_address: { hold_id: string; sealed: string; scores: string }
}

/** `scores`: `none`, or `begun` from just before the first byte of a post leaves (it may not be made twice), or `posted`. */
export const RETURN_ADDRESS_MIGRATIONS: readonly Migration[] = [
  {
    name: '0600-return-address',
    statements: [
      `create table return_address (
        hold_id text primary key references hold (id),
        sealed text not null,
        scores text not null
      )`,
    ],
  },
]
