import type { Migration } from '@scoregate/storage/migrate'

/** The chunks of large files in the vault, and which bytes of a file a reviewer was shown. */
export const VIEWER_MIGRATIONS: readonly Migration[] = [
  {
    name: '0410-viewers',
    statements: [
      `create table vault_chunks (
        sha256 text not null,
        first_chunk integer not null,
        breaks_before bigint not null,
        digests text not null,
        breaks text not null,
        primary key (sha256, first_chunk)
      )`,
      `create table file_view (
        hold_id text not null references hold (id),
        file_number integer not null,
        reviewer text not null,
        from_byte bigint not null,
        to_byte bigint not null,
        primary key (hold_id, reviewer, file_number, from_byte)
      )`,
    ],
  },
]
