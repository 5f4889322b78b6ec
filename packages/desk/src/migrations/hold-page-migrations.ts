import type { Migration } from '@scoregate/storage/migrate'

/** What the page of a hold shows beside it: what was released before, the last hold of its participant, and what was said. */
export const HOLD_PAGE_MIGRATIONS: readonly Migration[] = [
  {
    name: '0540-hold-page',
    statements: [
      'alter table decision add column sentence text',
      `create table released_score (
        hold_id text not null references hold (id),
        column_key text not null,
        platform text not null,
        competition_id integer not null,
        participant_id integer not null,
        value text not null,
        number double precision not null,
        decided_at text not null,
        primary key (hold_id, column_key)
      )`,
      'create index released_score_by_column on released_score (platform, competition_id, column_key, number)',
      `create index released_score_by_participant
        on released_score (platform, competition_id, participant_id, decided_at, column_key, value)`,
      `insert into released_score
        (hold_id, column_key, platform, competition_id, participant_id, value, number, decided_at)
        select hold.id, json_extract(score.value, '$.column'), hold.platform,
          json_extract(hold.job_json, '$.competition.id'), json_extract(hold.job_json, '$.participant.id'),
          json_extract(score.value, '$.value'), cast(json_extract(score.value, '$.value') as real),
          decision.decided_at
        from decision
        join hold on hold.id = decision.hold_id
        join json_each(hold.scores_json, '$.scores') as score
        where decision.kind in ('approve', 'auto')
          and exists (select 1 from json_each(decision.artefacts_json) as artefact where artefact.value = 'scores')`,
      'create index ledger_by_decision on ledger_entry (platform, competition_id, participant_id, cause, charged_at)',
    ],
  },
  {
    name: '0541-released-scores',
    statements: [
      // With the hold in it, so that one hold can be left out without a look at its row.
      'drop index released_score_by_column',
      `create index released_score_by_column
        on released_score (platform, competition_id, column_key, number, hold_id)`,
    ],
  },
]
