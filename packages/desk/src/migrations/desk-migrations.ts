import type { Migration } from '@scoregate/storage/migrate'
import { APPROVAL_MIGRATIONS } from '../approvals/approval-tables.ts'
import { CHECK_MIGRATIONS } from '../checks/check-migrations.ts'
import { SKETCH_MIGRATIONS } from '../checks/sketches.ts'
import { RETURN_ADDRESS_MIGRATIONS } from '../codabench/return-address-tables.ts'
import { IDENTITY_MIGRATIONS } from '../institution/identity-tables.ts'
import { NOTICE_MIGRATIONS } from '../notices/notice-tables.ts'
import { PASSKEY_MIGRATIONS } from '../passkeys/passkey-tables.ts'
import { PEOPLE_MIGRATIONS } from '../people/people-tables.ts'
import { STANDING_IN_MIGRATIONS } from '../standing-in/standing-in-tables.ts'
import { DEADLINE_MIGRATIONS } from './deadline-migrations.ts'
import { HEALTH_MIGRATIONS } from './health-migrations.ts'
import { HOLD_PAGE_MIGRATIONS } from './hold-page-migrations.ts'
import { INBOX_MIGRATIONS } from './inbox-migrations.ts'
import { VIEWER_MIGRATIONS } from './viewer-migrations.ts'

/**
 * The tables of the desk, after those of its accounts. Times are ISO texts in UTC, so that they sort as they read.
 *
 * One hold has at most one decision (its primary key says so), and one attempt of a job at most one hold: neither can be
 * made twice even by a programming error above.
 */
export const DESK_MIGRATIONS: readonly Migration[] = [
  {
    name: '0100-holds',
    statements: [
      `create table hold (
        id text primary key,
        platform text not null,
        job_id text not null,
        attempt integer not null,
        manifest_digest text not null unique,
        manifest_json text not null,
        job_json text not null,
        worker text not null,
        kind text not null,
        failure text,
        state text not null,
        hostile integer not null,
        file_count integer not null,
        total_bytes integer not null,
        policy_digest text not null,
        rules_json text not null,
        scores_json text not null,
        offered_json text not null,
        deposited_at text not null,
        expires_at text not null,
        decided_at text,
        ended_at text,
        alarm text,
        content_removed_at text,
        unique (platform, job_id, attempt)
      )`,
      'create index hold_waiting on hold (state, kind, expires_at, id)',
      'create index hold_decided on hold (decided_at, id)',
      'create index hold_ended on hold (ended_at)',
      `create table decision (
        hold_id text primary key references hold (id),
        manifest_digest text not null,
        kind text not null,
        reviewer text not null,
        reason text,
        note text,
        artefacts_json text not null,
        decided_at text not null,
        policy_digest text not null
      )`,
      `create table outbox (
        hold_id text not null references hold (id),
        sequence integer not null,
        kind text not null,
        payload_json text not null,
        state text not null,
        tries integer not null,
        next_try_at text not null,
        last_error text,
        created_at text not null,
        ended_at text,
        primary key (hold_id, sequence)
      )`,
      'create index outbox_due on outbox (state, next_try_at)',
      `create table vault_blob (
        sha256 text primary key,
        size_bytes integer not null,
        keep_until text not null
      )`,
      `create table hold_blob (
        hold_id text not null references hold (id),
        sha256 text not null,
        primary key (hold_id, sha256)
      )`,
      'create index hold_blob_by_digest on hold_blob (sha256)',
      `create table policy_used (
        policy_digest text primary key,
        policy_text text not null,
        first_used_at text not null
      )`,
    ],
  },
  {
    name: '0101-clock-mark',
    statements: ['create table clock_mark (id integer primary key, latest text not null)'],
  },
  {
    name: '0110-evidence',
    statements: [
      `create table audit_entry (
        sequence integer primary key,
        kind text not null,
        hash text not null,
        line text not null
      )`,
      'create index audit_entry_by_kind on audit_entry (kind, sequence)',
      'alter table outbox add column receipt_json text',
    ],
  },
  {
    name: '0111-ledger',
    statements: [
      `create table ledger_entry (
        hold_id text not null references hold (id),
        cause text not null,
        platform text not null,
        competition_id integer not null,
        participant_id integer not null,
        bits double precision not null,
        charged_at text not null,
        primary key (hold_id, cause)
      )`,
      'create index ledger_by_participant on ledger_entry (platform, competition_id, participant_id)',
    ],
  },
  ...INBOX_MIGRATIONS,
  ...HEALTH_MIGRATIONS,
  ...VIEWER_MIGRATIONS,
  ...NOTICE_MIGRATIONS,
  ...CHECK_MIGRATIONS,
  ...APPROVAL_MIGRATIONS,
  ...STANDING_IN_MIGRATIONS,
  ...PEOPLE_MIGRATIONS,
  ...PASSKEY_MIGRATIONS,
  ...IDENTITY_MIGRATIONS,
  ...DEADLINE_MIGRATIONS,
  ...HOLD_PAGE_MIGRATIONS,
  ...RETURN_ADDRESS_MIGRATIONS,
  ...SKETCH_MIGRATIONS,
]
