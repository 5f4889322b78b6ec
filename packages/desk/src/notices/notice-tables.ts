import type { Migration } from '@scoregate/storage/migrate'
import type { Generated } from 'kysely'

/** The tables behind notices; times are ISO texts in UTC. */
export interface NoticeTables {
  /** Where a person wants notices: at most one address for each way. No row: none are sent. */
  notice_channel: {
    person_id: number
    way: string
    address: string
    /** With the address, what the digest on the audit chain was made of. */
    salt: string
    /** Of a webhook: `json` or `chat`. */
    shape: string | null
    kinds_json: string
    pace: string
    /** Failed tries since the last that went well. */
    tries: number
    next_try_at: string
    last_sent_at: string | null
    failing_since: string | null
    last_error: string | null
  }
  /** One hold, one person, one way, one kind: told once. What it says is taken from the hold when it is sent. */
  notice: {
    id: Generated<number>
    person_id: number
    way: string
    hold_id: string
    kind: string
    state: string
    due_at: string
    /** The message that tells of it, from the first try to send it on. */
    message_id: string | null
  }
  /** One mail, or one call of a webhook, to one person: each try to send it has the same `id`, for receivers to know it by. */
  notice_message: {
    id: string
    person_id: number
    way: string
    begun_at: string
    /** Tries of which nobody knows whether they arrived. */
    unsure_tries: number
    sent_at: string | null
  }
  /** When a hold's reminders are due; a row goes when its reminder is promised or void. */
  hold_reminder: { hold_id: string; kind: string; due_at: string }
}

export const NOTICE_MIGRATIONS: readonly Migration[] = [
  {
    name: '0440-notices',
    statements: [
      `create table notice_channel (
        person_id integer not null references person (id),
        way text not null,
        address text not null,
        salt text not null,
        shape text,
        kinds_json text not null,
        pace text not null,
        tries integer not null,
        next_try_at text not null,
        last_sent_at text,
        failing_since text,
        last_error text,
        primary key (person_id, way)
      )`,
      `create table notice (
        id integer primary key,
        person_id integer not null references person (id),
        way text not null,
        hold_id text not null references hold (id),
        kind text not null,
        state text not null,
        due_at text not null,
        crashes integer not null,
        unique (hold_id, kind, person_id, way)
      )`,
      'create index notice_due on notice (state, due_at)',
      `create table hold_reminder (
        hold_id text not null references hold (id),
        kind text not null,
        due_at text not null,
        primary key (hold_id, kind)
      )`,
      'create index hold_reminder_due on hold_reminder (due_at)',
      // What waited before there were reminders is reminded of, too.
      `insert into hold_reminder (hold_id, kind, due_at)
        select id, 'half-time',
          strftime('%Y-%m-%dT%H:%M:%fZ', (julianday(deposited_at) + julianday(expires_at)) / 2)
        from hold where state = 'awaiting' and kind = 'result'`,
      `insert into hold_reminder (hold_id, kind, due_at)
        select id, 'last-call',
          strftime('%Y-%m-%dT%H:%M:%fZ', julianday(expires_at) - (julianday(expires_at) - julianday(deposited_at)) / 10)
        from hold where state = 'awaiting' and kind = 'result'`,
    ],
  },
  {
    name: '0441-messages-of-notices',
    statements: [
      `create table notice_message (
        id text primary key,
        person_id integer not null references person (id),
        way text not null,
        begun_at text not null,
        unsure_tries integer not null,
        sent_at text
      )`,
      'create index notice_message_unsure on notice_message (person_id, begun_at) where unsure_tries > 0',
      'alter table notice add column message_id text references notice_message (id)',
      'alter table notice drop column crashes',
      // What was given up before is sent now, unless it has become untrue.
      "update notice set state = 'pending' where state in ('unknown', 'given-up')",
    ],
  },
]
