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
]
