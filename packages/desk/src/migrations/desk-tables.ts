import type { AccountTables } from '@scoregate/web/accounts'
import type { GeneratedAlways, Insertable, Kysely, Selectable, Transaction } from 'kysely'
import type { ApprovalTables } from '../approvals/approval-tables.ts'
import type { SketchTables } from '../checks/sketches.ts'
import type { ReturnAddressTables } from '../codabench/return-address-tables.ts'
import type { IdentityTables } from '../institution/identity-tables.ts'
import type { NoticeTables } from '../notices/notice-tables.ts'
import type { PasskeyTables } from '../passkeys/passkey-tables.ts'
import type { PeopleTables } from '../people/people-tables.ts'
import type { StandingInTables } from '../standing-in/standing-in-tables.ts'

/** The columns as they are stored; `holds/hold-record.ts` and `release/outbox-queries.ts` parse them. */
export interface DeskTables
  extends AccountTables,
    ApprovalTables,
    IdentityTables,
    NoticeTables,
    PasskeyTables,
    PeopleTables,
    ReturnAddressTables,
    SketchTables,
    StandingInTables {
  hold: {
    id: string
    platform: string
    job_id: string
    attempt: number
    manifest_digest: string
    manifest_json: string
    job_json: string
    worker: string
    kind: string
    failure: string | null
    state: string
    hostile: number
    file_count: number
    total_bytes: number
    policy_digest: string
    rules_json: string
    scores_json: string
    offered_json: string
    deposited_at: string
    expires_at: string
    /** `policy` or `links`. */
    deadline_cause: string
    decided_at: string | null
    /** When the hold was released or closed, or the platform refused its release; retention counts from here. */
    ended_at: string | null
    /** A sentence for the reviewer: why an approved release stopped. Never leaves the site. */
    alarm: string | null
    content_removed_at: string | null
    /** Names in lower case, to search in and to sort by; never shown. */
    competition_folded: string
    participant_folded: string
    worker_folded: string
  }
  decision: {
    hold_id: string
    manifest_digest: string
    kind: string
    reviewer: string
    /** The absent reviewer in whose place they decided. */
    for_reviewer: string | null
    /** Where two had to approve: who did first. */
    first_reviewer: string | null
    first_for: string | null
    reason: string | null
    note: string | null
    /** Of a rejection: which of the fixed sentences the participant reads. */
    sentence: string | null
    artefacts_json: string
    decided_at: string
    policy_digest: string
    /** By the reviewer's passkey, where they used one. */
    signature_json: string | null
  }
  outbox: {
    hold_id: string
    /** Counts from 0 within a hold; rows of one hold are sent in this order. */
    sequence: number
    kind: string
    payload_json: string
    state: string
    tries: number
    next_try_at: string
    last_error: string | null
    created_at: string
    ended_at: string | null
    /** The signed receipt, from the first try on; every later try sends the same. */
    receipt_json: string | null
  }
  /** The audit chain; `line` is the entry as it stands in the file. Rows are added and never changed. */
  audit_entry: {
    sequence: number
    kind: string
    hash: string
    line: string
    /** These three the database reads out of `line` itself, so that a search cannot tell anything else. */
    at: GeneratedAlways<string>
    reviewer: GeneratedAlways<string | null>
    hold_id: GeneratedAlways<string | null>
  }
  /** Until `keep_until` a blob stays without a hold that names it: its deposit may be on the way. */
  vault_blob: { sha256: string; size_bytes: number; keep_until: string }
  /** Bytes that no hold needs and that may be on the disk still: a row goes when they are gone, or have come again. */
  vault_leaving: { sha256: string }
  /** The chunks of a large file, some hundred to a row: their digests one after the other, their line breaks as numbers. */
  vault_chunks: {
    sha256: string
    first_chunk: number
    breaks_before: number
    digests: string
    breaks: string
  }
  /** Which bytes of a file a reviewer was shown, `to_byte` not included; ranges do not touch. */
  file_view: {
    hold_id: string
    file_number: number
    reviewer: string
    from_byte: number
    to_byte: number
  }
  hold_blob: { hold_id: string; sha256: string }
  /** One row, with the latest time that any run of the desk has known: no clock set back comes before it. */
  clock_mark: { id: number; latest: string }
  /** What a participant was told, in bits; written with what makes it so, and never changed. */
  ledger_entry: {
    hold_id: string
    cause: string
    platform: string
    competition_id: number
    participant_id: number
    bits: number
    charged_at: string
  }
  /** What was decided to be released of scores; written with the decision, and never changed. */
  released_score: {
    hold_id: string
    column_key: string
    platform: string
    competition_id: number
    participant_id: number
    value: string
    number: number
    decided_at: string
  }
  /** How many holds each list of the inbox has; triggers on `hold` keep it. */
  inbox_count: { list: string; holds: number }
  /** Who is looking at a waiting hold; a trigger ends it with the decision. */
  hold_claim: { hold_id: string; reviewer: string; claimed_until: string }
  /** What the desk has heard of its workers. */
  worker: { name: string; seen_at: string; reported_at: string | null; report_json: string | null }
  /** How far the checks over a hold are, and how many findings of each rank they made. */
  hold_checks: {
    hold_id: string
    state: string
    checked_bytes: number
    total_bytes: number
    queued_at: string
    ended_at: string | null
    critical: number
    serious: number
    notice: number
    /** The checks that did not get through. */
    failed_json: string
    /** Whose run it was and how long it took, for the checks of later ones; written when the checks begin. */
    platform: string | null
    competition_id: number | null
    participant_id: number | null
    run_seconds: number | null
  }
  /** What was found, the worst first; never more than a page can show. */
  finding: { hold_id: string; number: number; finding_json: string }
  /** Names of files that an approved hold of a competition had. */
  known_file: { platform: string; competition_id: number; name: string }
  policy_used: { policy_digest: string; policy_text: string; first_used_at: string }
}

/** The desk's database. */
export type DeskDb = Kysely<DeskTables>
/** The desk's database inside a transaction. Nothing of the outside world is awaited while one is open. */
export type DeskTransaction = Transaction<DeskTables>
export type HoldRow = Selectable<DeskTables['hold']>
export type NewHoldRow = Insertable<DeskTables['hold']>
export type OutboxRow = Selectable<DeskTables['outbox']>
