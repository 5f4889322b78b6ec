import type { Job } from '@scoregate/protocol/job'

/** What a job says beside its inputs, image and columns; of no weight for what is measured. */
export const ORDINARY_JOB = {
  attempt: 1,
  submission: { id: 1, submittedAt: '2026-01-01T00:00:00Z', fileName: 'submission.zip' },
  participant: { id: 1, username: 'participant' },
  competition: { id: 1, title: 'A benchmark' },
  phase: { id: 1, name: 'Phase' },
  task: { id: 1, name: 'Task' },
  timeLimitSeconds: 600,
  humanInTheLoop: true,
  detailedResults: true,
  ingestionOnlyDuringScoring: false,
} as const satisfies Partial<Job>
