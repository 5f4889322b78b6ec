import { HoldLine, type HoldListName, type HoldPage } from '@scoregate/desk/hold-api'
import { showInertLine } from '@scoregate/ui/inert-text'
import { z } from 'zod'
import { cutTo, terminalColumns } from '../terminal.ts'
import { holdListText } from './hold-text.ts'

const at = z.iso.datetime()

/** What a watch tells, one line of JSON each. `present`: it was there when the watch began. */
export const WatchEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('present'), at, hold: HoldLine }),
  z.object({ event: z.literal('arrived'), at, hold: HoldLine }),
  z.object({ event: z.literal('changed'), at, hold: HoldLine }),
  /** It is in this list no more, or no more among the first hundred of it. */
  z.object({ event: z.literal('gone'), at, id: z.string() }),
  z.object({ event: z.literal('unreachable'), at, detail: z.string(), retrySeconds: z.number() }),
  z.object({ event: z.literal('reachable'), at }),
])
export type WatchEvent = z.infer<typeof WatchEvent>

/** What changed between two looks at a list; without an earlier look everything is `present`. */
export function watchEvents(
  before: readonly HoldLine[] | undefined,
  now: readonly HoldLine[],
  at: string,
): WatchEvent[] {
  const earlier = new Map(before?.map((hold) => [hold.id, JSON.stringify(hold)]))
  const there = new Set(now.map(({ id }) => id))
  const seen = now.flatMap((hold): WatchEvent[] => {
    const known = earlier.get(hold.id)
    if (known === undefined) return [{ event: before === undefined ? 'present' : 'arrived', at, hold }]
    return known === JSON.stringify(hold) ? [] : [{ event: 'changed', at, hold }]
  })
  const gone = [...earlier.keys()].flatMap((id): WatchEvent[] =>
    there.has(id) ? [] : [{ event: 'gone', at, id }],
  )
  return [...seen, ...gone]
}

/** What a watch shows to a person; text from outside is inert. */
export const watchText = {
  /** The list, with a note below it where there is one. */
  page(
    { holds, total, isMore }: HoldPage,
    list: HoldListName,
    { note, now }: { note: string | undefined; now: Date },
  ): string {
    const count = `${isMore ? 'more than ' : ''}${total}`
    const foot = `${count} in all, at ${now.toISOString().slice(11, 19)} UTC. Ctrl-C ends.`
    return [
      holdListText(holds, list, now),
      '',
      cutTo(note === undefined ? foot : note, terminalColumns() ?? 80),
    ].join('\n')
  },

  event(event: WatchEvent): string {
    const time = event.at.slice(11, 19)
    switch (event.event) {
      case 'present':
      case 'arrived':
      case 'changed': {
        const { hold } = event
        const who = `${showInertLine(hold.competition)}, ${showInertLine(hold.participant)}, submission ${hold.submissionId}`
        return `${time}  ${event.event.padEnd(8)}  ${hold.id}  ${hold.state}  ${who}`
      }
      case 'gone':
        return `${time}  gone      ${event.id}`
      case 'unreachable':
        return `${time}  ${showInertLine(event.detail)} Looking again in ${event.retrySeconds} s.`
      case 'reachable':
        return `${time}  The desk answers again.`
    }
  },
} as const
