import type { Migration } from '@scoregate/storage/migrate'
import type { Generated } from 'kysely'

/** The tables of the people of a desk, beside those of their accounts. */
export interface PeopleTables {
  person_role: { person_id: number; role: string }
  /** An invitation that nobody has taken yet. With `person_id` it is for a new password of somebody who has an account. */
  invitation: {
    id: Generated<number>
    username: string
    username_key: string
    person_id: number | null
    roles_json: string
    token_hash: string
    invited_by: string | null
    created_at: string
    expires_at: string
  }
}

export const PEOPLE_MIGRATIONS: readonly Migration[] = [
  {
    name: '0510-roles',
    statements: [
      `create table person_role (
        person_id integer not null references person (id),
        role text not null,
        primary key (person_id, role)
      )`,
      // Before there were roles, everybody with an account could do everything.
      `insert into person_role (person_id, role) select id, 'reviewer' from person`,
      `insert into person_role (person_id, role) select id, 'steward' from person`,
    ],
  },
  {
    name: '0512-invitations',
    statements: [
      `create table invitation (
        id integer primary key,
        username text not null,
        username_key text not null unique,
        person_id integer references person (id),
        roles_json text not null,
        token_hash text not null unique,
        invited_by text,
        created_at text not null,
        expires_at text not null
      )`,
    ],
  },
]
