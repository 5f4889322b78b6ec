import { z } from 'zod'
import { ROOM_PROMISES } from './room-promises.ts'

/**
 * A worker tells its site's desk how it is: with `Authorization: Bearer <worker token of the site>`, below the desk's
 * address, when it starts and every two minutes:
 *
 *     PUT /api/worker/report   WorkerReport -> 200 {}
 *
 * Words of closed lists and bounded numbers alone: nothing of a run is in it. A desk that does not know the address
 * answers 404, and the worker goes on without.
 */
export const WORKER_REPORT_PATH = '/api/worker/report'

const PromiseNames = z
  .array(z.string().refine((name) => Object.hasOwn(ROOM_PROMISES, name), 'no promise of a room'))
  .max(Object.keys(ROOM_PROMISES).length)

/** What `scoregate doctor` found when it last tried the sandbox that the worker uses. */
export const RoomExamination = z.strictObject({
  examinedAt: z.iso.datetime(),
  sandbox: z.enum(['engine', 'bubblewrap']),
  /** Promises that do not hold. */
  broken: PromiseNames,
  /** Promises that could not be tried. */
  unchecked: PromiseNames,
})
export type RoomExamination = z.infer<typeof RoomExamination>

const bytes = z.int().min(0)

export const WorkerReport = z.strictObject({
  worker: z.string().min(1).max(64),
  version: z.string().regex(/^[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}$/),
  sandbox: z.enum(['engine', 'bubblewrap']),
  /** Absent where nobody has run the doctor for this worker. */
  examination: RoomExamination.optional(),
  freeDiskBytes: bytes,
  /** Below this the worker takes no job. */
  neededDiskBytes: bytes,
  /** Jobs that may run at the same time, and that do. */
  slots: z.int().min(1).max(64),
  running: z.int().min(0).max(64),
  /** Sealed runs that the desk refused, and that wait for a person. */
  parkedRuns: z.int().min(0).max(1_000_000),
})
export type WorkerReport = z.infer<typeof WorkerReport>
