import type { Migration } from '@scoregate/storage/migrate'

/** The tables of the people of a desk, beside those of their accounts. */
export interface PeopleTables {
  person_role: { person_id: number; role: string }
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
]
