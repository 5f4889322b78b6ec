import type { Digest } from '@scoregate/protocol/digest'
import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import { raiseClockMark } from '../clock/clock-mark.ts'
import type { SiteClock } from '../clock/site-clock.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { PlatformClient } from '../release/platform-client.ts'
import { releaseExpiredContent } from '../vault/retention.ts'
import type { Vault } from '../vault/vault.ts'
import { createWakeUp, type WakeUp } from '../wake-up.ts'
import { askStanding } from './ask-standing.ts'
import { expireDue, findNextDeadline } from './expire-holds.ts'

/** What time does at a desk: deadlines, the question what is still wanted, retention. */
export type Sweeper = {
  /** A hold came in: its deadline may be the nearest. */
  wake(): void
  close(): Promise<void>
}

const SCAN_MILLISECONDS = 5000
const STANDING_MILLISECONDS = 30_000
const RETENTION_MILLISECONDS = 60_000
const REMEMBER_MILLISECONDS = 30_000

/** Starts the sweeper. `onDecided` is called when holds lapsed, for what must be published about them. */
export function startSweeper(site: {
  db: DeskDb
  vault: Vault
  audit: Audit
  platforms: ReadonlyMap<string, PlatformClient>
  policyDigest: Digest
  siteClock: SiteClock
  /** `siteClock.now` */
  clock: () => Date
  monotonic: () => number
  log: Logger
  onDecided: () => void
}): Sweeper {
  const news = createWakeUp()
  // Asking waits for the network, and removing for the disk: neither may make a deadline late.
  const chores = createWakeUp()
  let isOpen = true
  const deadlines = repeat(news, async () => {
    await rememberTime()
    const { expired, failed } = await expireDue(site)
    if (expired > 0) {
      site.log.info({ expired }, 'Holds reached their deadline without a decision.')
      site.onDecided()
    }
    const next = await findNextDeadline(site.db)
    const left = next === undefined ? SCAN_MILLISECONDS : next.getTime() - site.clock().getTime()
    // Neither a slow clock nor a hold that cannot be closed must make this spin.
    await news.wait(failed > 0 ? SCAN_MILLISECONDS : Math.min(SCAN_MILLISECONDS, Math.max(left, 20)))
  })

  let rememberedAt = Number.NEGATIVE_INFINITY
  async function rememberTime(): Promise<void> {
    const now = site.clock()
    if (now.getTime() - rememberedAt < REMEMBER_MILLISECONDS) return
    await raiseClockMark(site.db, now)
    rememberedAt = now.getTime()
  }

  // Counted, not read from a clock: a clock that is set back must not make these late, nor one set ahead make them spin.
  let askedAt = site.monotonic()
  let sweptAt = Number.NEGATIVE_INFINITY
  const rest = repeat(chores, async () => {
    const now = site.monotonic()
    if (now - askedAt >= STANDING_MILLISECONDS) {
      askedAt = now
      const lapsed = await askStanding(site)
      if (lapsed > 0) site.onDecided()
    }
    // What a wrong clock removes cannot be had again.
    if (now - sweptAt >= RETENTION_MILLISECONDS && site.siteClock.trouble() === undefined) {
      sweptAt = now
      await releaseExpiredContent(site)
      await site.vault.removeUnneeded()
    }
    // What has no effect outside, and so waited for nobody, gets into the file here.
    await site.audit.written()
    await chores.wait(SCAN_MILLISECONDS)
  })

  async function repeat(pause: WakeUp, work: () => Promise<void>): Promise<void> {
    while (isOpen) {
      try {
        await work()
      } catch (error) {
        site.log.error({ err: error }, 'A round of the deadlines failed; it is repeated in five seconds.')
        await pause.wait(SCAN_MILLISECONDS)
      }
    }
  }

  return {
    wake: news.wake,
    async close() {
      isOpen = false
      news.wake()
      chores.wake()
      await Promise.all([deadlines, rest])
    },
  }
}
