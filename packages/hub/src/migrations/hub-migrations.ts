import type { Migration } from '@scoregate/storage/migrate'

/**
 * The tables of the hub. Times are ISO 8601 texts in UTC, truth values 0 and 1, structured values JSON texts whose
 * schemas are beside their readers. The SQL is what SQLite and PostgreSQL have in common.
 */
export const HUB_MIGRATIONS: readonly Migration[] = [
  {
    name: '0100-hub',
    statements: [
      `create table setting (name text primary key, value text not null)`,
      `create table queue (
        id integer primary key,
        name text not null unique,
        worker_token_hash text not null unique,
        site_token_hash text not null unique
      )`,
      `create table worker_seen (
        queue_id integer not null references queue (id),
        name text not null,
        version text not null,
        seen_at text not null,
        primary key (queue_id, name)
      )`,
      `create table dataset (
        id integer primary key,
        key text not null unique,
        type text not null,
        file_name text not null,
        owner_id integer not null references person (id),
        state text not null,
        sha256 text,
        size_bytes integer,
        created_at text not null
      )`,
      `create table competition (
        id integer primary key,
        title text not null,
        description text not null,
        terms text not null,
        docker_image text not null,
        competition_type text not null,
        reward text,
        contact_email text,
        fact_sheet text,
        logo text,
        published integer not null,
        registration_auto_approve integer not null,
        auto_run_submissions integer not null,
        human_in_the_loop integer not null,
        enable_detailed_results integer not null,
        organizer_id integer not null references person (id),
        queue_id integer not null references queue (id),
        created_at text not null
      )`,
      `create table bundle_creation (
        id integer primary key,
        dataset_id integer not null references dataset (id),
        person_id integer not null references person (id),
        status text not null,
        problems text not null,
        competition_id integer references competition (id),
        created_at text not null
      )`,
      `create table page (
        id integer primary key,
        competition_id integer not null references competition (id),
        position integer not null,
        title text not null,
        content text not null
      )`,
      `create table participant (
        id integer primary key,
        competition_id integer not null references competition (id),
        person_id integer not null references person (id),
        status text not null,
        created_at text not null,
        unique (competition_id, person_id)
      )`,
      `create table task (
        id integer primary key,
        competition_id integer not null references competition (id),
        key text not null unique,
        name text not null,
        description text not null,
        ingestion_only_during_scoring integer not null,
        files text not null
      )`,
      `create table phase (
        id integer primary key,
        competition_id integer not null references competition (id),
        position integer not null,
        name text not null,
        description text not null,
        starts_at text not null,
        ends_at text,
        time_limit_seconds integer not null,
        max_submissions integer not null,
        max_submissions_per_day integer not null,
        settings text not null,
        files text not null
      )`,
      `create table phase_task (
        phase_id integer not null references phase (id),
        task_id integer not null references task (id),
        position integer not null,
        primary key (phase_id, task_id)
      )`,
      `create table leaderboard (
        id integer primary key,
        competition_id integer not null unique references competition (id),
        title text not null,
        key text not null,
        primary_index integer not null,
        submission_rule text not null,
        hidden integer not null
      )`,
      `create table leaderboard_column (
        id integer primary key,
        leaderboard_id integer not null references leaderboard (id),
        position integer not null,
        key text not null,
        title text not null,
        sorting text not null,
        decimals integer not null,
        value_range text,
        computation text,
        computation_indexes text not null,
        hidden integer not null
      )`,
      `create table submission (
        id integer primary key,
        phase_id integer not null references phase (id),
        competition_id integer not null references competition (id),
        owner_id integer not null references person (id),
        dataset_id integer not null references dataset (id),
        parent_id integer references submission (id),
        task_id integer references task (id),
        status text not null,
        reason text,
        fact_sheet_answers text,
        created_at text not null,
        started_at text,
        finished_at text,
        released_at text
      )`,
      `create index submission_of_owner on submission (phase_id, owner_id, created_at)`,
      `create index submission_of_parent on submission (parent_id)`,
      `create index submission_of_competition on submission (competition_id)`,
      `create table status_change (
        id integer primary key,
        submission_id integer not null references submission (id),
        status text not null,
        at text not null
      )`,
      `create index status_change_of_submission on status_change (submission_id)`,
      `create table job (
        id text primary key,
        submission_id integer not null unique references submission (id),
        queue_id integer not null references queue (id),
        attempt integer not null,
        lapses integer not null,
        state text not null,
        worker text,
        hold text,
        queued_at text not null,
        lease_until text
      )`,
      `create index job_in_queue on job (state, queue_id, queued_at)`,
      `create table outcome (
        job_id text not null references job (id),
        attempt integer not null,
        kind text not null,
        hold text not null,
        body text not null,
        received_at text not null,
        primary key (job_id, attempt, kind, hold)
      )`,
      `create table artefact (
        id integer primary key,
        submission_id integer not null references submission (id),
        hold text not null,
        name text not null,
        sha256 text not null,
        size_bytes integer not null,
        released_at text,
        unique (submission_id, hold, name)
      )`,
      `create table score (
        submission_id integer not null references submission (id),
        column_key text not null,
        value text not null,
        primary key (submission_id, column_key)
      )`,
      `create table leaderboard_entry (
        submission_id integer primary key references submission (id),
        phase_id integer not null references phase (id),
        owner_id integer not null references person (id),
        added_at text not null
      )`,
      `create index leaderboard_entry_of_phase on leaderboard_entry (phase_id, owner_id)`,
    ],
  },
  {
    name: '0101-receipts',
    statements: [
      `create table site_key (
        queue_id integer not null references queue (id),
        public_key text not null,
        key_id text not null,
        valid_from text not null,
        valid_until text,
        primary key (queue_id, public_key)
      )`,
      `create index site_key_by_id on site_key (key_id)`,
      `create table receipt (
        id integer primary key,
        submission_id integer not null references submission (id),
        outcome text not null,
        key_id text not null,
        envelope text not null,
        received_at text not null,
        unique (submission_id, outcome)
      )`,
      `create table chain_point (
        key_id text not null,
        sequence integer not null,
        head text not null,
        received_at text not null,
        primary key (key_id, sequence)
      )`,
      `create table chain_fork (
        key_id text not null,
        sequence integer not null,
        head text not null,
        queue_id integer not null references queue (id),
        envelope text not null,
        received_at text not null,
        primary key (key_id, sequence, head)
      )`,
      `alter table job add column review_asked integer`,
    ],
  },
  { name: '0540-rejection-sentence', statements: ['alter table submission add column sentence text'] },
  {
    // Queues of Codabench workers: a virtual host each, and what is published there.
    name: '0550-codabench-queues',
    statements: [
      `alter table queue add column kind text not null default 'scoregate'`,
      `alter table queue add column owner_id integer references person (id)`,
      `alter table queue add column deleted_at text`,
      `create table broker_queue (
        queue_id integer primary key references queue (id),
        vhost text not null unique,
        state text not null,
        username text
      )`,
      `create table broker_run (
        submission_id integer primary key references submission (id),
        queue_id integer not null references queue (id),
        secret text,
        md5 text,
        failure_type text,
        prediction_host text,
        scoring_host text,
        finished_said_at text,
        scores text,
        heard_at text
      )`,
      `create table broker_message (
        id text primary key,
        submission_id integer not null references submission (id),
        queue_id integer not null references queue (id),
        kind text not null,
        task_id text not null,
        state text not null,
        created_at text not null,
        published_at text
      )`,
      // A submission has one job of a kind, whatever its worker says how often.
      `create unique index broker_message_job on broker_message (submission_id, kind) where kind <> 'revoke'`,
      `create index broker_message_due on broker_message (state, queue_id, created_at)`,
      `create table run_file (
        submission_id integer not null references submission (id),
        name text not null,
        sha256 text not null,
        size_bytes integer not null,
        put_at text not null,
        primary key (submission_id, name)
      )`,
      `create table run_note (
        id integer primary key,
        submission_id integer not null references submission (id),
        text text not null,
        at text not null
      )`,
      `create index run_note_of_submission on run_note (submission_id)`,
    ],
  },
]
