import type { Migration } from '@scoregate/storage/migrate'

/** What the inbox filters by stands in each of its indexes, so that a filter reads the index alone and no hold in vain. */
const FILTERED_BY = 'id, competition_folded, participant_folded, worker_folded, deposited_at, hostile, state'

/** One index for each list and each way to sort it. An index holds only the holds of its list, so a hold is in a few. */
function sortIndexes(list: string, condition: string, columns: readonly string[]): string[] {
  return columns.map(
    (column) => `create index inbox_${list}_${column} on hold (${column}, ${FILTERED_BY}) where ${condition}`,
  )
}

const NAMES = ['competition_folded', 'participant_folded', 'worker_folded'] as const

/** In which list of the inbox a hold is, from its columns after the given prefix (`new.`, `old.`, or none). */
function listOf(prefix: string): string {
  return `case when ${prefix}decided_at is not null then 'decided'
    when ${prefix}kind = 'result' then 'waiting' else 'failed' end`
}

/**
 * What the inbox needs to stay fast with very many holds: the names that it searches in, in lower case; the indexes that it
 * pages along; and how many holds each list has, kept by triggers, so that whoever writes a hold need not think of it.
 */
export const INBOX_MIGRATIONS: readonly Migration[] = [
  {
    name: '0420-inbox',
    statements: [
      `alter table hold add column competition_folded text not null default ''`,
      `alter table hold add column participant_folded text not null default ''`,
      `alter table hold add column worker_folded text not null default ''`,
      `update hold set
        competition_folded = lower(json_extract(job_json, '$.competition.title')),
        participant_folded = lower(json_extract(job_json, '$.participant.username')),
        worker_folded = lower(worker)`,
      ...sortIndexes('waiting', `state = 'awaiting' and kind = 'result'`, [
        'expires_at',
        'deposited_at',
        ...NAMES,
      ]),
      ...sortIndexes('failed', `state = 'awaiting' and kind = 'failed-run'`, ['deposited_at', ...NAMES]),
      ...sortIndexes('decided', 'decided_at is not null', ['decided_at', 'deposited_at', ...NAMES]),
      'create index hold_alarmed on hold (deposited_at) where alarm is not null and ended_at is null',
      'create table inbox_count (list text primary key, holds integer not null)',
      `insert into inbox_count (list, holds) values ('waiting', 0), ('failed', 0), ('decided', 0)`,
      `update inbox_count set holds = (select count(*) from hold where ${listOf('')} = inbox_count.list)`,
      `create trigger inbox_count_new after insert on hold begin
        update inbox_count set holds = holds + 1 where list = ${listOf('new.')};
      end`,
      `create trigger inbox_count_moved after update of kind, decided_at on hold
        when ${listOf('new.')} <> ${listOf('old.')} begin
        update inbox_count set holds = holds - 1 where list = ${listOf('old.')};
        update inbox_count set holds = holds + 1 where list = ${listOf('new.')};
      end`,
      `create trigger inbox_count_gone after delete on hold begin
        update inbox_count set holds = holds - 1 where list = ${listOf('old.')};
      end`,
      `create table hold_claim (
        hold_id text not null references hold (id),
        reviewer text not null,
        claimed_until text not null,
        primary key (hold_id, reviewer)
      )`,
      `create trigger hold_claim_over after update of state on hold when new.state <> 'awaiting' begin
        delete from hold_claim where hold_id = new.id;
      end`,
    ],
  },
]
