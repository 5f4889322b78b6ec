import type { Migration } from '@scoregate/storage/migrate'
import { PERSONAL_TOKEN_MIGRATION } from './personal-tokens.ts'
import { SESSION_MIGRATION } from './sessions.ts'
import { SIGN_IN_LIMIT_MIGRATION } from './sign-in-limits.ts'

/** The tables of people and their sign-ins; each site runs these before its own. */
export const ACCOUNT_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-accounts',
    statements: [
      `create table person (
        id integer primary key,
        username text not null,
        username_key text not null unique,
        password_hash text not null,
        created_at text not null
      )`,
      `create table session (
        id_hash text primary key,
        person_id integer not null references person (id),
        csrf text not null,
        expires_at text not null
      )`,
      `create table api_token (
        token_hash text primary key,
        person_id integer not null references person (id),
        created_at text not null
      )`,
      `create table sign_in_link (
        token_hash text primary key,
        person_id integer not null references person (id),
        valid_until text not null
      )`,
      `create table failed_sign_in (
        username_key text not null,
        at text not null
      )`,
      'create index failed_sign_in_by_name on failed_sign_in (username_key, at)',
    ],
  },
  PERSONAL_TOKEN_MIGRATION,
  SESSION_MIGRATION,
  SIGN_IN_LIMIT_MIGRATION,
]
