import type { Logger } from 'pino'
import type { DeskClient, DeskTrouble } from './desk-client.ts'
import type { JobKeeper, JobName } from './job-source.ts'
import { NETWORK_PACE, pauseForRetry, type RetryPace } from './retry.ts'
import type { LeftoverRun } from './spool.ts'
import { troubleOf } from './trouble.ts'

/** Brings sealed runs to the desk in the background, so that the next job need not wait. */
export type Depositor = {
  /** Takes over a committed run and its job; both end when the desk has the run, or when nobody wants it. */
  add(run: LeftoverRun, keeper: JobKeeper): void
  /** Leaves what is not deposited in the spool, for the next start. */
  stop(): Promise<void>
}

const PARCELS_AT_ONCE = 3

/**
 * Starts with nothing to deposit. Tries for ever while the desk cannot be had: a sealed run is a result that somebody waits
 * for. A lease that was lost does not stop it, because desk and hub know by the attempt's number whether the result is
 * still wanted; a cancelled submission does. What the desk refuses for good is set aside, and its job has failed.
 */
export function startDepositor(given: {
  readonly desk: DeskClient
  /** Tells the platform that the worker failed with a job. */
  readonly giveUp: (job: JobName) => Promise<void>
  readonly log: Logger
  readonly pace?: RetryPace
}): Depositor {
  const { desk, pace = NETWORK_PACE } = given
  const stopped = new AbortController()
  const underWay = new Set<Promise<void>>()

  const deliver = async ({ run, record }: LeftoverRun, keeper: JobKeeper): Promise<void> => {
    const { jobId, attempt } = record.deposit.manifest
    const log = given.log.child({ jobId, attempt })
    for (let tries = 1; ; tries += 1) {
      if (keeper.ending === 'cancelled') {
        log.info('a sealed run is dropped: its submission was cancelled')
        return await dropped()
      }
      const outcome = await depositOnce(desk, { run, record }, stopped.signal)
      if (outcome.kind === 'deposited') {
        log.info({ holdId: outcome.holdId }, 'a run is deposited')
        // In this order: a run that is deposited twice is one hold, and a job that is forgotten twice is done.
        await keeper.handOver()
        return await run.remove()
      }
      if (outcome.kind === 'superseded') {
        log.warn('a sealed run is dropped: the platform wants this attempt no more')
        return await dropped()
      }
      if (outcome.lasts === 'for-good') {
        await run.park(outcome.why)
        log.error({ why: outcome.why }, 'the desk will never take a sealed run; it is set aside in parked')
        await keeper.stop()
        return await given.giveUp({ jobId, attempt })
      }
      log.warn({ why: outcome.why, tries }, 'the desk has not taken a sealed run; trying again')
      await pauseForRetry(tries, pace, stopped.signal)
    }

    async function dropped(): Promise<void> {
      await keeper.handOver()
      await run.remove()
    }
  }

  return {
    add(run, keeper) {
      const delivery = deliver(run, keeper)
        .catch(async (error: unknown) => {
          await keeper.stop()
          if (!stopped.signal.aborted) {
            given.log.error(
              troubleOf(error),
              'a sealed run stays in the spool until the worker is started again',
            )
          }
        })
        .finally(() => underWay.delete(delivery))
      underWay.add(delivery)
    },

    async stop() {
      stopped.abort(new Error('the worker stops'))
      await Promise.all(underWay)
    },
  }
}

/** The files first: the desk refuses a manifest that names a file which it has not. */
async function depositOnce(
  desk: DeskClient,
  { run, record }: LeftoverRun,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<DeskClient['deposit']>> | DeskTrouble> {
  const { pack, files } = await run.parcels()
  const parcels = files.map((file) => () => desk.putBlob(file, signal))
  if (pack !== undefined) parcels.unshift(() => desk.putPack(pack, signal))
  const trouble = await sendAll(parcels)
  return trouble ?? (await desk.deposit(record.deposit, signal))
}

/** Sends a few at a time, so that one side reads while the other writes; begins no more after the first trouble. */
async function sendAll(parcels: readonly (() => Promise<{ kind: 'stored' } | DeskTrouble>)[]) {
  const left = parcels.values()
  let trouble: DeskTrouble | undefined
  // All lanes take from one iterator, so each parcel is sent once.
  const lane = async (): Promise<void> => {
    for (const send of left) {
      const answer = await send()
      if (answer.kind === 'unavailable') trouble ??= answer
      if (trouble !== undefined) return
    }
  }
  await Promise.all(Array.from({ length: PARCELS_AT_ONCE }, lane))
  return trouble
}
