import type { Logger } from 'pino'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { createWakeUp } from '../wake-up.ts'
import type { Channel } from './channels.ts'
import {
  listDueChannels,
  pauseAfter,
  recordFailed,
  recordSent,
  type TakenNotices,
  takeDue,
} from './due-notices.ts'
import type { Mailer } from './mailer.ts'
import { digestOf, type Notice } from './notice.ts'
import { newMessageId, resumeSending } from './notice-messages.ts'
import { remindDue } from './reminders.ts'
import { type ChannelAnswer, postWebhook } from './webhook.ts'
import { webhookRefusal } from './webhook-rules.ts'

/** Sends notices beside everything else that the desk does: nothing ever waits for one. */
export type NoticeSender = {
  /** Begins. `link` leads to the inbox, as reviewers reach it: it is known once the desk listens. */
  start(link: string): Promise<void>
  /** A notice may have been promised: look now. */
  wake(): void
  /** Sends a notice about nothing, now; answers how it went, which the channel then shows, too. */
  test(channel: Channel): Promise<ChannelAnswer>
  close(): Promise<void>
}

/** What sending needs of its desk. */
export type NoticeSite = {
  readonly db: DeskDb
  readonly clock: () => Date
  readonly log: Logger
  /** Absent where no mail server is set. */
  readonly mailer: Mailer | undefined
  readonly webhookHosts: readonly string[]
}

const LOOK_MILLISECONDS = 2000
/** A receiver that says nothing must not keep the others waiting. */
const MAX_AT_ONCE = 4

/** A sender that takes up what an earlier run of the desk left when it is started, and goes on until `close`. */
export function createNoticeSender(site: NoticeSite): NoticeSender {
  const news = createWakeUp()
  const closing = new AbortController()
  const sending = new Map<string, Promise<void>>()
  let running: Promise<void> | undefined
  let link = ''

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await remindDue(site.db, site.clock)
        for (const channel of await listDueChannels(site.db, site.clock())) begin(channel)
      } catch (error) {
        site.log.error({ err: error }, 'A round of the notices failed; it is repeated soon.')
      }
      await news.wait(LOOK_MILLISECONDS)
    }
    await Promise.all(sending.values())
  }

  function begin(channel: Channel): void {
    const key = `${channel.personId} ${channel.settings.way}`
    if (sending.has(key) || sending.size >= MAX_AT_ONCE || closing.signal.aborted) return
    const work = sendDue(site, { channel, link, signal: closing.signal }).then((isDone) => {
      sending.delete(key)
      // What failed here at the desk is due as before: it waits for the next look, so that nothing spins.
      if (isDone) news.wake()
    })
    sending.set(key, work)
  }

  return {
    async start(address) {
      link = address
      await resumeSending(site.db, { now: site.clock(), pauseAfter })
      running = run()
      running.catch((error) => site.log.error({ err: error }, 'The notices stopped.'))
    },
    wake: news.wake,
    async test(channel) {
      const answer = await send(site, {
        ...{ channel, messageId: newMessageId() },
        notices: [{ kind: 'test', count: 1, link }],
        signal: closing.signal,
      })
      await recordAnswer(site, { channel, taken: undefined, answer })
      return answer
    },
    async close() {
      closing.abort()
      news.wake()
      await running
      site.mailer?.close()
    },
  }
}

/** Sends what is due for one channel and records how it went; never throws. Answers whether the desk itself did its part. */
async function sendDue(
  site: NoticeSite,
  { channel, link, signal }: { channel: Channel; link: string; signal: AbortSignal },
): Promise<boolean> {
  const { db, clock, log } = site
  try {
    const taken = await db
      .transaction()
      .execute((transaction) => takeDue(transaction, { channel, link, now: clock() }))
    if (taken === undefined) return true
    const { messageId, notices } = taken
    const answer = await send(site, { channel, messageId, notices: digestOf(notices), signal })
    // The desk is ending: whether it arrived is not known, and the next start takes it up.
    if (answer.kind === 'failed' && signal.aborted) return true
    await recordAnswer(site, { channel, taken, answer })
    return true
  } catch (error) {
    log.error(
      { err: error, way: channel.settings.way },
      'A notice could not be sent; it is looked at again soon.',
    )
    return false
  }
}

async function recordAnswer(
  { db, clock, log }: NoticeSite,
  { channel, taken, answer }: { channel: Channel; taken: TakenNotices | undefined; answer: ChannelAnswer },
): Promise<void> {
  const now = clock()
  await db
    .transaction()
    .execute((transaction) =>
      answer.kind === 'sent'
        ? recordSent(transaction, { channel, taken, now })
        : recordFailed(transaction, { channel, taken, answer, now }),
    )
  if (answer.kind === 'failed') {
    log.warn({ way: channel.settings.way, why: answer.why }, 'A notice did not arrive; it is tried again.')
  }
}

function send(
  site: NoticeSite,
  given: { channel: Channel; messageId: string; notices: readonly Notice[]; signal: AbortSignal },
): Promise<ChannelAnswer> {
  const { channel, messageId, notices, signal } = given
  const { settings } = channel
  if (settings.way === 'mail') {
    if (site.mailer === undefined) return failed('This desk has no mail server any more.')
    return orEnd(site.mailer.send(settings.address, { messageId, notices }), signal)
  }
  // Asked again each time: the policy may have changed since the address was set.
  const refusal = webhookRefusal(settings.address, site.webhookHosts)
  if (refusal !== undefined) return failed(refusal)
  return postWebhook({ url: settings.address, shape: settings.shape, messageId, notices, signal })
}

async function failed(why: string): Promise<ChannelAnswer> {
  return { kind: 'failed', why, mayHaveArrived: false }
}

/** A desk that ends does not wait for a mail server. */
async function orEnd(answer: Promise<ChannelAnswer>, signal: AbortSignal): Promise<ChannelAnswer> {
  let end: () => void = () => undefined
  const ended = new Promise<ChannelAnswer>((resolve) => {
    end = () => resolve({ kind: 'failed', why: 'The desk was stopped.', mayHaveArrived: true })
  })
  if (signal.aborted) end()
  signal.addEventListener('abort', end)
  try {
    return await Promise.race([answer, ended])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
