import { z } from 'zod'

/** What a notice about holds can tell. */
export const HoldNoticeKind = z.enum(['waiting', 'half-time', 'last-call', 'second-review', 'stopped'])
export type HoldNoticeKind = z.infer<typeof HoldNoticeKind>

/** What a notice can be about; `test` is about nothing, to see whether it arrives. */
export const NoticeKind = z.enum([...HoldNoticeKind.options, 'test'])
export type NoticeKind = z.infer<typeof NoticeKind>

/**
 * A word to a reviewer outside the desk. It crosses mail servers and chat rooms, so it has no content of a hold and cannot
 * have any: how many, in which competition, and where to look.
 */
export const Notice = z.strictObject({
  kind: NoticeKind,
  /** Title of the competition, as the platform gives it; absent where holds of several are meant. */
  competition: z.string().max(256).optional(),
  count: z.int().min(1),
  /** The earliest deadline of what is meant, where that is why it was written. */
  deadline: z.iso.datetime().optional(),
  /** What set it: the policy of the site, or the end of the links by which the platform takes the result. */
  deadlineCause: z.enum(['policy', 'links']).optional(),
  /** Address of a page of the desk: the inbox. */
  link: z.url({ protocol: /^https?$/ }),
})
export type Notice = z.infer<typeof Notice>

/** What each kind says, for one hold and for several. */
const SENTENCES = {
  waiting: ['A result waits for your review', 'results wait for your review'],
  'half-time': ['Half the time to review a result is over', 'results have waited for half their time'],
  'last-call': ['A result expires soon, undecided', 'results expire soon, undecided'],
  'second-review': ['A result needs a second reviewer', 'results need a second reviewer'],
  stopped: ['A release was stopped and needs you', 'releases were stopped and need you'],
  test: ['A test: notices from the review desk reach you here', 'tests'],
} as const satisfies Record<NoticeKind, readonly [one: string, many: string]>

/** The notice in one line, without the link: the subject of a mail. */
export function noticeLine({ kind, count, competition }: Notice): string {
  const [one, many] = SENTENCES[kind]
  const words = count === 1 ? one : `${count} ${many}`
  return competition === undefined ? words : `${words}: ${plainTitle(competition)}`
}

/** The notice in a few lines of plain text. */
export function noticeText(notice: Notice): string {
  const { deadline, deadlineCause } = notice
  const until =
    deadline === undefined
      ? []
      : [
          `Deadline: ${deadline.slice(0, 16).replace('T', ' ')} UTC${deadlineCause === 'links' ? ', when the platform stops taking the result' : ''}`,
        ]
  return [`${noticeLine(notice)}.`, ...until, notice.link].join('\n')
}

/** One notice for many: those of one kind and competition are counted together, in the order in which they came. */
export function digestOf(notices: readonly Notice[]): Notice[] {
  const groups = new Map<string, Notice>()
  for (const notice of notices) {
    const key = JSON.stringify([notice.kind, notice.competition])
    const before = groups.get(key)
    groups.set(key, before === undefined ? notice : join(before, notice))
  }
  return [...groups.values()]
}

function join(one: Notice, other: Notice): Notice {
  const earlier =
    one.deadline === undefined || (other.deadline !== undefined && other.deadline < one.deadline)
      ? other
      : one
  const { deadline, deadlineCause } = earlier
  return {
    ...{ ...one, count: one.count + other.count },
    ...(deadline === undefined ? {} : { deadline }),
    ...(deadlineCause === undefined ? {} : { deadlineCause }),
  }
}

/** A title is an organizer's words: no line breaks or control characters that a mail or a chat would obey. */
function plainTitle(title: string): string {
  return title
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 120)
}
