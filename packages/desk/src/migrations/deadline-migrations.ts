import type { Migration } from '@scoregate/storage/migrate'

/** What set a deadline, reminders that follow a deadline that moves, and bytes that retention has begun to remove. */
export const DEADLINE_MIGRATIONS: readonly Migration[] = [
  {
    name: '0535-deadlines',
    statements: [
      `alter table hold add column deadline_cause text not null default 'policy'`,
      // Looked at in the next round, and then planned anew for the deadline as it is.
      `create trigger reminders_follow_deadline after update of expires_at on hold
        when new.expires_at <> old.expires_at
        begin
          update hold_reminder set due_at = new.deposited_at where hold_id = new.id;
        end`,
    ],
  },
  {
    name: '0536-leaving-blobs',
    statements: ['create table vault_leaving (sha256 text primary key)'],
  },
]
