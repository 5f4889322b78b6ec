import type { QueueKind } from '../../migrations/hub-tables.ts'

/** What a kind of queue is called. */
export const QUEUE_KIND_WORDS = {
  scoregate: 'Scoregate workers',
  codabench: 'Codabench workers',
} as const satisfies Record<QueueKind, string>

/** What the kind of a queue means for whoever chooses it. */
export const QUEUE_KIND_SENTENCES = {
  scoregate: 'Scoregate workers: nothing leaves the data owner but what a person there has released.',
  codabench:
    'Codabench workers: scores, files and logs come at once, without review, from whatever machine has the broker URL.',
} as const satisfies Record<QueueKind, string>
