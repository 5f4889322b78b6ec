import { HOLDS_PATH, type HoldLine, type HoldListName, HoldPage } from '@scoregate/desk/hold-api'
import { inboxSearch } from '@scoregate/desk/inbox-query'
import { type Command, InvalidArgumentError } from 'commander'
import { ask, type Connection } from '../connection.ts'
import { say, sayJson } from '../print.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'
import { holdListText } from './hold-text.ts'
import { type ListFilters, withFilters } from './list-filters.ts'

type ListOptions = DeskOptions & ListFilters & { list: HoldListName; limit: number }

/** So many holds are printed unless more are asked for: a desk can have a hundred thousand. */
const HOLDS_PRINTED = 200

/** `review list`: the lists of the inbox, with the filters of the page. */
export function addListCommand(review: Command, connect: Connect): void {
  const command = withFilters(withDesk(review.command('list')))
    .description('what waits for a decision, the soonest deadline first')
    .option('--after <hold>', 'begin after this hold')
    .option('--limit <count>', 'list at most so many', wholeNumber, HOLDS_PRINTED)
    .action(async (options: ListOptions) => {
      const found = await findHolds(await connect(options), options)
      if (options.json) return sayJson(found)
      say(holdListText(found.holds, options.list, new Date()))
      const rest = found.nextAfter
      if (rest === undefined) return
      const total = found.isMore ? `more than ${found.total}` : String(found.total)
      say(`\n${found.holds.length} of ${total}. The next: --after ${rest}; more at once: --limit.`)
    })
  withExamples(command, [
    ['scoregate review list --finding serious', 'what needs a closer look'],
    ['scoregate review list --list decided --state released --json', 'for a script'],
  ])
}

/** What is asked for, page by page; `nextAfter` where more was found than the limit lets through. */
async function findHolds(
  desk: Connection,
  options: ListOptions,
): Promise<{ holds: HoldLine[]; total: number; isMore: boolean; nextAfter?: string }> {
  const { list, limit, desk: _desk, token: _token, json: _json, ...filters } = options
  const holds: HoldLine[] = []
  for (let after = filters.after; ; ) {
    const search = new URLSearchParams(inboxSearch({ ...filters, after }))
    search.set('list', list)
    const page: HoldPage = await ask(desk, { method: 'GET', path: `${HOLDS_PATH}?${search}` }, HoldPage)
    const taken = page.holds.slice(0, limit - holds.length)
    holds.push(...taken)
    const last = holds.at(-1)
    const { total, isMore, nextAfter } = page
    const isCut = taken.length < page.holds.length || (holds.length >= limit && nextAfter !== undefined)
    if (isCut && last !== undefined) return { holds, total, isMore, nextAfter: last.id }
    if (nextAfter === undefined) return { holds, total, isMore }
    after = last?.id as typeof after // the desk named this hold itself
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 on.')
  return Number(text)
}
