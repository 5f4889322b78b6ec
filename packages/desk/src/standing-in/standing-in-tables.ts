import type { Migration } from '@scoregate/storage/migrate'
import type { Generated } from 'kysely'

/** The tables behind absences and names at platforms; times are ISO texts in UTC. */
export interface StandingInTables {
  /** Who decides in whose place, from when until when. Rows are added, and changed only by being revoked. */
  delegation: {
    id: Generated<number>
    /** Who is away. */
    person_id: number
    delegate_id: number
    from_at: string
    until_at: string
    revoked_at: string | null
  }
  /** What a person of the desk is called at the platforms, by their own word. */
  platform_name: {
    id: Generated<number>
    person_id: number
    name: string
    /** With the name, what the digest on the audit chain was made of. */
    salt: string
    declared_at: string
    withdrawn_at: string | null
  }
}

export const STANDING_IN_MIGRATIONS: readonly Migration[] = [
  {
    name: '0501-standing-in',
    statements: [
      `create table delegation (
        id integer primary key,
        person_id integer not null references person (id),
        delegate_id integer not null references person (id),
        from_at text not null,
        until_at text not null,
        revoked_at text
      )`,
      'create index delegation_by_delegate on delegation (delegate_id, until_at)',
      'create index delegation_by_person on delegation (person_id, until_at)',
      `create table platform_name (
        id integer primary key,
        person_id integer not null references person (id),
        name text not null,
        salt text not null,
        declared_at text not null,
        withdrawn_at text
      )`,
      'create index platform_name_by_person on platform_name (person_id)',
    ],
  },
]
