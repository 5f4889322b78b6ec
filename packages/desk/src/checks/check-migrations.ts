import type { Migration } from '@scoregate/storage/migrate'

/** The tables of the checks. What waits for a decision when they come is checked next. */
export const CHECK_MIGRATIONS: readonly Migration[] = [
  {
    name: '0400-checks',
    statements: [
      `create table hold_checks (
        hold_id text primary key references hold (id),
        state text not null,
        checked_bytes integer not null,
        total_bytes integer not null,
        queued_at text not null,
        ended_at text,
        critical integer not null,
        serious integer not null,
        notice integer not null,
        failed_json text not null,
        platform text,
        competition_id integer,
        participant_id integer,
        run_seconds double precision
      )`,
      'create index hold_checks_due on hold_checks (state, queued_at, hold_id)',
      'create index hold_checks_by_participant on hold_checks (platform, competition_id, participant_id, ended_at)',
      `create table finding (
        hold_id text not null references hold (id),
        number integer not null,
        finding_json text not null,
        primary key (hold_id, number)
      )`,
      `create table known_file (
        platform text not null,
        competition_id integer not null,
        name text not null,
        primary key (platform, competition_id, name)
      )`,
      `insert into hold_checks (hold_id, state, checked_bytes, total_bytes, queued_at, critical, serious, notice, failed_json)
        select id, 'waiting', 0, total_bytes, deposited_at, 0, 0, 0, '[]' from hold where state = 'awaiting'`,
    ],
  },
]
