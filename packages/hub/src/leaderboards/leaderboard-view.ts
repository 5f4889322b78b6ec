import type { PersonName } from '../competitions/competition-view.ts'

/** A column of the table; in a phase of several tasks each column comes once per task. */
export type LeaderboardColumn = {
  /** Unique in this table; the key of `scores` in a row. */
  readonly key: string
  readonly columnKey: string
  readonly index: number
  readonly title: string
  readonly task: { readonly id: number; readonly name: string }
  readonly sorting: 'asc' | 'desc'
  readonly decimals: number
  readonly isPrimary: boolean
}

export type LeaderboardRow = {
  /** Equal scores in all columns share no rank: the earlier submission goes first. */
  readonly rank: number
  readonly owner: PersonName
  readonly submissionId: number
  readonly submittedAt: Date
  /** Canonical decimals as released; absent where there is none. */
  readonly scores: Readonly<Record<string, string | undefined>>
}

export type LeaderboardView = {
  readonly title: string
  readonly phase: { readonly id: number; readonly name: string }
  readonly columns: readonly LeaderboardColumn[]
  readonly rows: readonly LeaderboardRow[]
}
