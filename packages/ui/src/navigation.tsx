import type { FC } from 'hono/jsx'
import { Icon } from './icon.tsx'

/** A link in a row of links, one of which may be where the reader is. */
export interface NavLink {
  readonly href: string
  readonly label: string
  readonly current?: boolean | undefined
  /** A number beside the label, such as how many holds wait. */
  readonly count?: number | undefined
}

/** Sibling pages, as links. */
export const Tabs: FC<{ label: string; tabs: readonly NavLink[] }> = ({ label, tabs }) => (
  <nav class="tabs" aria-label={label}>
    <ul>
      {tabs.map((tab) => (
        <li>
          <a class="tab" href={tab.href} aria-current={tab.current === true ? 'page' : undefined}>
            {tab.label}
            {tab.count !== undefined && <span class="count">{tab.count}</span>}
          </a>
        </li>
      ))}
    </ul>
  </nav>
)

/** Where one is in a list whose pages follow each other and have no numbers: in words, with ways on, back and to the start. */
export const Pager: FC<{
  /** "51 to 100 of about 1,000 submissions" */
  words: string
  /** What is listed, in the plural: "submissions". */
  noun: string
  firstHref?: string | undefined
  previousHref?: string | undefined
  nextHref?: string | undefined
}> = ({ words, noun, firstHref, previousHref, nextHref }) => (
  <nav class="pagination" aria-label={`Pages of ${noun}`}>
    <p class="pagination-range">{words}</p>
    <div class="cluster gap-tight">
      {firstHref !== undefined && (
        <a class="button button-quiet button-small" href={firstHref}>
          <span>First page</span>
        </a>
      )}
      {previousHref !== undefined && <PreviousPage href={previousHref} />}
      {nextHref !== undefined && <NextPage href={nextHref} />}
    </div>
  </nav>
)

/** Where one is in a long list. Without a link before and after it shows only the range. */
export const Pagination: FC<{
  /** Counted from 1. */
  first: number
  last: number
  total: number
  /** What is counted, in the plural: "submissions". */
  noun: string
  previousHref?: string | undefined
  nextHref?: string | undefined
}> = ({ first, last, total, noun, previousHref, nextHref }) => (
  <nav class="pagination" aria-label={`Pages of ${noun}`}>
    <p class="pagination-range">{total === 0 ? `No ${noun}` : `${first}–${last} of ${total} ${noun}`}</p>
    <div class="cluster gap-tight">
      {previousHref !== undefined && <PreviousPage href={previousHref} />}
      {nextHref !== undefined && <NextPage href={nextHref} />}
    </div>
  </nav>
)

const PreviousPage: FC<{ href: string }> = ({ href }) => (
  <a class="button button-secondary button-small" href={href} rel="prev">
    <Icon name="chevron-left" />
    <span>Previous</span>
  </a>
)

const NextPage: FC<{ href: string }> = ({ href }) => (
  <a class="button button-secondary button-small" href={href} rel="next">
    <span>Next</span>
    <Icon name="chevron-right" />
  </a>
)
