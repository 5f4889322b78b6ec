import { ROOM_PROMISES, type RoomPromise } from '@scoregate/protocol/room-promises'
import { z } from 'zod'

/** Whether something that is promised holds on a machine; `not-checked` where it could not be tried. */
export const PromiseState = z.enum(['holds', 'does-not-hold', 'not-checked'])
export type PromiseState = z.infer<typeof PromiseState>

/** One promise about this machine, in words for whoever owns it; plain data, so that it can be kept and shown elsewhere. */
export const PromiseReport = z.strictObject({
  id: z.string(),
  /** What is promised, as a sentence without its full stop. */
  promise: z.string(),
  state: PromiseState,
  /** What was seen. */
  why: z.string(),
  /** What to do, with the command to type where there is one; absent when it holds. */
  remedy: z.string().optional(),
})
export type PromiseReport = z.infer<typeof PromiseReport>

/** A promise that was tried. */
export function reportOf(
  id: RoomPromise,
  found: { readonly state: PromiseState; readonly why: string; readonly remedy?: string },
): PromiseReport {
  return { id, promise: ROOM_PROMISES[id], ...found }
}
