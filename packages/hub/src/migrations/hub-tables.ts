import type { ReasonCode, RejectionSentence } from '@scoregate/protocol/reason-code'
import type { ReceiptPredicate } from '@scoregate/protocol/receipt'
import type { SubmissionStatus } from '@scoregate/protocol/submission-status'
import type { AccountTables } from '@scoregate/web/accounts'
import type { Generated, Kysely, Transaction } from 'kysely'
import type { ParticipantStatus, SubmissionRule } from '../competitions/competition-view.ts'
import type { DatasetType } from '../datasets/dataset-type.ts'

/** The states of a job. `held`: sealed outputs wait at the data owner. */
export type JobState = 'queued' | 'leased' | 'held' | 'done' | 'cancelled'

/** Who takes the jobs of a queue: Scoregate's workers by lease, or Codabench's from a broker. */
export type QueueKind = 'scoregate' | 'codabench'

/** `making`: its virtual host may be missing; `deleting`: nothing is published any more, and it may still be there. */
export type BrokerQueueState = 'making' | 'ready' | 'deleting' | 'deleted'

/** The two jobs of a submission on a queue of Codabench workers, and the word that ends one. */
export type BrokerMessageKind = 'prediction' | 'scoring' | 'revoke'

/** `announced`: no bytes yet; `uploaded`: bytes, not checked; `ready`: checked; `refused`: cannot be used. */
export type DatasetState = 'announced' | 'uploaded' | 'ready' | 'refused'

/** The outcomes that have a receipt. */
export type ReceiptOutcome = ReceiptPredicate['outcome']

/** The rows of the hub, as `hub-migrations.ts` makes them. */
export interface HubTables extends AccountTables {
  setting: { name: string; value: string }
  queue: {
    id: Generated<number>
    name: string
    worker_token_hash: string
    site_token_hash: string
    kind: Generated<QueueKind>
    /** Who made it and may rotate and delete it; nobody for one that was provisioned. */
    owner_id: number | null
    deleted_at: string | null
  }
  /** The virtual host of a queue of Codabench workers, and the broker's account for them. */
  broker_queue: { queue_id: number; vhost: string; state: BrokerQueueState; username: string | null }
  /** A submission on a queue of Codabench workers. */
  broker_run: {
    submission_id: number
    queue_id: number
    /** The capability of its workers; erased a day after the end. */
    secret: string | null
    md5: string | null
    failure_type: string | null
    prediction_host: string | null
    scoring_host: string | null
    /** When a worker said Finished: it becomes so when its scores are there, too. */
    finished_said_at: string | null
    /** The canonical scores, until they are stored. */
    scores: string | null
    heard_at: string | null
  }
  /** What is or was to be published to a queue: the outbox. `id` is the name of the task, for a revocation its own. */
  broker_message: {
    id: string
    submission_id: number
    queue_id: number
    kind: BrokerMessageKind
    /** The task that is published or revoked. */
    task_id: string
    state: 'due' | 'published' | 'dropped'
    created_at: string
    published_at: string | null
  }
  /** What workers put behind the links of a run, newest only. */
  run_file: { submission_id: number; name: string; sha256: string; size_bytes: number; put_at: string }
  /** What workers said in their own words; for organizers only. */
  run_note: { id: Generated<number>; submission_id: number; text: string; at: string }
  /** The keys of the site that serves a queue; the one without `valid_until` is its key now. */
  site_key: {
    queue_id: number
    public_key: string
    key_id: string
    valid_from: string
    valid_until: string | null
  }
  worker_seen: { queue_id: number; name: string; version: string; seen_at: string }
  dataset: {
    id: Generated<number>
    key: string
    type: DatasetType
    file_name: string
    owner_id: number
    state: DatasetState
    sha256: string | null
    size_bytes: number | null
    created_at: string
  }
  competition: {
    id: Generated<number>
    title: string
    description: string
    terms: string
    docker_image: string
    competition_type: 'competition' | 'benchmark'
    reward: string | null
    contact_email: string | null
    fact_sheet: string | null
    logo: string | null
    published: number
    registration_auto_approve: number
    auto_run_submissions: number
    human_in_the_loop: number
    enable_detailed_results: number
    organizer_id: number
    queue_id: number
    created_at: string
  }
  bundle_creation: {
    id: Generated<number>
    dataset_id: number
    person_id: number
    status: 'Starting' | 'Finished' | 'Failed'
    problems: string
    competition_id: number | null
    created_at: string
  }
  page: { id: Generated<number>; competition_id: number; position: number; title: string; content: string }
  participant: {
    id: Generated<number>
    competition_id: number
    person_id: number
    status: ParticipantStatus
    created_at: string
  }
  task: {
    id: Generated<number>
    competition_id: number
    key: string
    name: string
    description: string
    ingestion_only_during_scoring: number
    files: string
  }
  phase: {
    id: Generated<number>
    competition_id: number
    position: number
    name: string
    description: string
    starts_at: string
    ends_at: string | null
    time_limit_seconds: number
    max_submissions: number
    max_submissions_per_day: number
    settings: string
    files: string
  }
  phase_task: { phase_id: number; task_id: number; position: number }
  leaderboard: {
    id: Generated<number>
    competition_id: number
    title: string
    key: string
    primary_index: number
    submission_rule: SubmissionRule
    hidden: number
  }
  leaderboard_column: {
    id: Generated<number>
    leaderboard_id: number
    position: number
    key: string
    title: string
    sorting: 'asc' | 'desc'
    decimals: number
    value_range: string | null
    computation: 'avg' | 'sum' | 'min' | 'max' | null
    computation_indexes: string
    hidden: number
  }
  submission: {
    id: Generated<number>
    phase_id: number
    competition_id: number
    owner_id: number
    dataset_id: number
    parent_id: number | null
    task_id: number | null
    status: SubmissionStatus
    reason: ReasonCode | null
    /** Of a rejection: which fixed sentence stands in the place of that of the reason. */
    sentence: RejectionSentence | null
    fact_sheet_answers: string | null
    created_at: string
    started_at: string | null
    finished_at: string | null
    released_at: string | null
  }
  status_change: { id: Generated<number>; submission_id: number; status: SubmissionStatus; at: string }
  job: {
    id: string
    submission_id: number
    queue_id: number
    attempt: number
    lapses: number
    state: JobState
    worker: string | null
    hold: string | null
    queued_at: string
    lease_until: string | null
    /** Whether the organizer asked for data-side review when the job was leased last. */
    review_asked: number | null
  }
  outcome: {
    job_id: string
    attempt: number
    kind: string
    hold: string
    body: string
    received_at: string
  }
  /** The receipts of accepted outcomes; `envelope` is the JSON text of the receipt as it came. */
  receipt: {
    id: Generated<number>
    submission_id: number
    outcome: ReceiptOutcome
    key_id: string
    envelope: string
    received_at: string
  }
  /** Where a site's audit chain stood at each receipt: its length, and the hash of its last entry. */
  chain_point: { key_id: string; sequence: number; head: string; received_at: string }
  /** Receipts that were refused because their site had signed another history before. */
  chain_fork: {
    key_id: string
    sequence: number
    head: string
    queue_id: number
    envelope: string
    received_at: string
  }
  artefact: {
    id: Generated<number>
    submission_id: number
    hold: string
    name: string
    sha256: string
    size_bytes: number
    released_at: string | null
  }
  score: { submission_id: number; column_key: string; value: string }
  leaderboard_entry: { submission_id: number; phase_id: number; owner_id: number; added_at: string }
}

export type HubDb = Kysely<HubTables>
/** Inside one, every query goes through it: the database has one connection, and another query would wait for ever. */
export type HubTransaction = Transaction<HubTables>
