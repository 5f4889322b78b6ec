import type { Migration } from '@scoregate/storage/migrate'

/** What search in the audit chain, the monthly report and the page of workers need. */
export const HEALTH_MIGRATIONS: readonly Migration[] = [
  {
    name: '0460-audit-search',
    statements: [
      // Computed from the line whenever they are read: nothing can be told of an entry that does not stand in it.
      `alter table audit_entry add column at text generated always as (json_extract(line, '$.time')) virtual`,
      `alter table audit_entry add column reviewer text generated always as (
        coalesce(json_extract(line, '$.act.reviewer'), json_extract(line, '$.act.decision.reviewer'))
      ) virtual`,
      `alter table audit_entry add column hold_id text generated always as (json_extract(line, '$.act.hold.id')) virtual`,
      'create index audit_entry_by_time on audit_entry (at, sequence)',
      'create index audit_entry_by_reviewer on audit_entry (reviewer, sequence)',
      'create index audit_entry_by_hold on audit_entry (hold_id, sequence)',
    ],
  },
  {
    name: '0461-workers',
    statements: [
      `create table worker (
        name text primary key,
        seen_at text not null,
        reported_at text,
        report_json text
      )`,
      'create index hold_by_worker on hold (worker, deposited_at)',
    ],
  },
  {
    name: '0462-report',
    statements: [
      'create index hold_by_deposit on hold (deposited_at)',
      'create index decision_by_time on decision (decided_at)',
      'create index outbox_by_end on outbox (ended_at)',
    ],
  },
]
