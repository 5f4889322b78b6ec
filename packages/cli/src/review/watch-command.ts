import { setTimeout as pause } from 'node:timers/promises'
import { HOLDS_PATH, type HoldLine, type HoldListName, HoldPage } from '@scoregate/desk/hold-api'
import { inboxSearch } from '@scoregate/desk/inbox-query'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type Command, InvalidArgumentError } from 'commander'
import { type Connection, open } from '../connection.ts'
import { isRead } from '../terminal.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'
import { type ListFilters, withFilters } from './list-filters.ts'
import { showInPlace } from './show-in-place.ts'
import { type WatchEvent, watchEvents, watchText } from './watch-events.ts'

type WatchOptions = DeskOptions & ListFilters & { list: HoldListName; interval: number }

/** After so many silent looks in a row the pauses grow no more. */
const LONGEST_PAUSE_SECONDS = 30

/** `review watch`: a list that stays up to date, in its place on a terminal or as an event a line. */
export function addWatchCommand(review: Command, connect: Connect): void {
  const watch = withFilters(withDesk(review.command('watch')))
    .description('a list of holds that stays up to date until you end it with Ctrl-C')
    .option('--interval <seconds>', 'look so often', seconds, 2)
    .action(async (options: WatchOptions) => {
      const desk = await connect(options)
      const sink = options.json ? asJson() : isRead() ? inPlace(options.list) : asLines()
      await follow(desk, options, sink)
    })
  withExamples(watch, [
    ['scoregate review watch', 'what waits, in its place'],
    ['scoregate review watch --json | while read -r event; do …; done', 'an event a line, for a script'],
  ])
}

/** Where a watch tells what it sees. */
type Sink = {
  seen(page: HoldPage, events: readonly WatchEvent[]): void
  /** The desk does not answer; it is asked again after so many seconds. */
  silent(event: WatchEvent & { event: 'unreachable' }): void
}

/** Looks again and again. A desk that does not answer is waited for, longer each time; what it refuses ends the watch. */
async function follow(desk: Connection, options: WatchOptions, sink: Sink): Promise<never> {
  const path = pathOf(options)
  let tag: string | undefined
  let before: readonly HoldLine[] | undefined
  let failures = 0
  for (;;) {
    try {
      const answer = await look(desk, path, tag)
      const wasSilent = failures > 0
      failures = 0
      if (answer !== undefined || wasSilent) {
        const page = answer?.page ?? { holds: [...(before ?? [])], total: before?.length ?? 0, isMore: false }
        const at = new Date().toISOString()
        const back: WatchEvent[] = wasSilent ? [{ event: 'reachable', at }] : []
        sink.seen(page, [...back, ...watchEvents(before, page.holds, at)])
        before = page.holds
        tag = answer?.tag ?? tag
      }
      await pause(options.interval * 1000)
    } catch (error) {
      if (!(error instanceof ScoregateError) || error.kind !== 'unavailable') throw error
      // The first look must succeed: a wrong address shall not be waited for.
      if (before === undefined) throw error
      const retrySeconds = Math.min(2 ** failures, LONGEST_PAUSE_SECONDS)
      failures += 1
      const at = new Date().toISOString()
      sink.silent({ event: 'unreachable', at, detail: error.message, retrySeconds })
      await pause(retrySeconds * 1000)
    }
  }
}

/** The list as it is now; undefined while it is as `tag` says. */
async function look(
  desk: Connection,
  path: string,
  tag: string | undefined,
): Promise<{ page: HoldPage; tag: string | undefined } | undefined> {
  const answer = await open(desk, {
    path,
    headers: { accept: 'application/json', ...(tag === undefined ? {} : { 'if-none-match': tag }) },
    // A connection that a restart of the desk left hanging is no look.
    signal: AbortSignal.timeout(LONGEST_PAUSE_SECONDS * 1000),
  })
  if (answer.status === 304) return undefined
  const parsed = HoldPage.safeParse(await answer.json().catch(() => undefined))
  if (parsed.success) return { page: parsed.data, tag: answer.headers.get('etag') ?? undefined }
  throw new ScoregateError({
    kind: 'unavailable',
    code: 'unknown-answer',
    message: `${desk.url} answered something that this version does not understand.`,
    remedy: 'See that the command and the site are of the same version.',
  })
}

function pathOf(options: WatchOptions): string {
  const { list, interval: _interval, desk: _desk, token: _token, json: _json, ...filters } = options
  const search = new URLSearchParams(inboxSearch(filters))
  search.set('list', list)
  return `${HOLDS_PATH}?${search}`
}

function asJson(): Sink {
  const write = (event: WatchEvent) => process.stdout.write(`${JSON.stringify(event)}\n`)
  return { seen: (_page, events) => events.forEach(write), silent: write }
}

function asLines(): Sink {
  const write = (event: WatchEvent) => process.stdout.write(`${watchText.event(event)}\n`)
  return { seen: (_page, events) => events.forEach(write), silent: write }
}

function inPlace(list: HoldListName): Sink {
  const screen = showInPlace()
  let last: HoldPage = { holds: [], total: 0, isMore: false }
  const draw = (note: string | undefined) =>
    screen.draw(watchText.page(last, list, { note, now: new Date() }))
  // The words for the time that is left change though nothing else does.
  const clock = setInterval(() => draw(undefined), 30_000)
  clock.unref()
  process.stdout.on('resize', () => draw(undefined))
  return {
    seen(page) {
      last = page
      draw(undefined)
    },
    silent: (event) => draw(watchText.event(event)),
  }
}

function seconds(text: string): number {
  if (!/^[0-9]{1,4}(\.[0-9])?$/.test(text) || Number(text) < 0.1)
    throw new InvalidArgumentError('Give a number of seconds from 0.1 on.')
  return Number(text)
}
