import type { Migration } from '@scoregate/storage/migrate'
import type { Generated } from 'kysely'

/** The tables behind approvals; times are ISO texts in UTC. */
export interface ApprovalTables {
  /** Every approval that a reviewer gave; rows are added, and changed only by being withdrawn. */
  approval: {
    id: Generated<number>
    hold_id: string
    /** `first`: of two, and waits for the second. `last`: the one that decided. */
    place: string
    reviewer: string
    /** The name in small letters, so that no account approves twice. */
    reviewer_key: string
    /** The absent reviewer in whose place it was given. */
    for_reviewer: string | null
    manifest_digest: string
    artefacts_json: string
    reason: string | null
    note: string | null
    /** By the reviewer's passkey, over this approval. */
    signature_json: string | null
    policy_digest: string
    at: string
    withdrawn_at: string | null
  }
}

/** What one approval needs beside a decision, and who else is named by a decision. */
export const APPROVAL_MIGRATIONS: readonly Migration[] = [
  {
    name: '0500-approvals',
    statements: [
      `create table approval (
        id integer primary key,
        hold_id text not null references hold (id),
        place text not null,
        reviewer text not null,
        reviewer_key text not null,
        for_reviewer text,
        manifest_digest text not null,
        artefacts_json text not null,
        reason text,
        note text,
        signature_json text,
        policy_digest text not null,
        at text not null,
        withdrawn_at text
      )`,
      // One standing approval of each place and of each person, even by a programming error above.
      'create unique index approval_standing on approval (hold_id, place) where withdrawn_at is null',
      'create unique index approval_of_person on approval (hold_id, reviewer_key) where withdrawn_at is null',
      'alter table decision add column for_reviewer text',
      'alter table decision add column first_reviewer text',
      'alter table decision add column first_for text',
    ],
  },
]
