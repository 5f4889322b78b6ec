import type { Migration } from '@scoregate/storage/migrate'

/** The tables behind passkeys; times are ISO texts in UTC, bytes are base64url. */
export interface PasskeyTables {
  passkey: {
    credential_id: string
    person_id: number
    /** As its owner calls it. */
    name: string
    /** COSE_Key. */
    public_key: string
    /** As its last assertion said; 0 for a passkey that does not count. */
    sign_count: number
    transports_json: string
    created_at: string
    last_used_at: string | null
  }
  /** What authenticators know a person by: random, and nothing else. */
  passkey_person: { person_id: number; user_handle: string }
  /** A question to an authenticator that is open: answered once, for one purpose, by whoever it was asked. */
  passkey_challenge: {
    challenge: string
    purpose: string
    /** SHA-256 of the session, or of the cookie of somebody who is about to sign in. */
    asker_hash: string
    /** Of a decision: what its statement has of its own. */
    nonce: string | null
    expires_at: string
  }
}

export const PASSKEY_MIGRATIONS: readonly Migration[] = [
  {
    name: '0520-passkeys',
    statements: [
      `create table passkey (
        credential_id text primary key,
        person_id integer not null references person (id),
        name text not null,
        public_key text not null,
        sign_count bigint not null,
        transports_json text not null,
        created_at text not null,
        last_used_at text
      )`,
      'create index passkey_by_person on passkey (person_id, created_at)',
      `create table passkey_person (
        person_id integer primary key references person (id),
        user_handle text not null unique
      )`,
      `create table passkey_challenge (
        challenge text primary key,
        purpose text not null,
        asker_hash text not null,
        nonce text,
        expires_at text not null
      )`,
      'create index passkey_challenge_by_end on passkey_challenge (expires_at)',
      'alter table decision add column signature_json text',
    ],
  },
]
