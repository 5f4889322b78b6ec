import type { Migration } from '@scoregate/storage/migrate'

/** The tables behind signing in by an institution; times are ISO texts in UTC. */
export interface IdentityTables {
  /** Whoever the institution knows as `subject` is this person; one of each institution at most. */
  person_identity: {
    issuer: string
    subject: string
    person_id: number
    /** The confirmed address at the time, to show; nobody is found by it. */
    email: string | null
    /** With the subject, what the digest on the audit chain was made of. */
    salt: string
    connected_at: string
    last_used_at: string | null
  }
  /** What a steward said: the first identity with this subject or confirmed address is this person. Goes when it has come. */
  expected_identity: {
    issuer: string
    kind: string
    value: string
    person_id: number
    salt: string
    expected_at: string
  }
}

export const IDENTITY_MIGRATIONS: readonly Migration[] = [
  {
    name: '0530-identities',
    statements: [
      `create table person_identity (
        issuer text not null,
        subject text not null,
        person_id integer not null references person (id),
        email text,
        salt text not null,
        connected_at text not null,
        last_used_at text,
        primary key (issuer, subject),
        unique (issuer, person_id)
      )`,
      `create table expected_identity (
        issuer text not null,
        kind text not null,
        value text not null,
        person_id integer not null references person (id),
        salt text not null,
        expected_at text not null,
        primary key (issuer, kind, value),
        unique (issuer, person_id)
      )`,
    ],
  },
]
