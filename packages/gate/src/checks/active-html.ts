import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { matchesIn } from './text-windows.ts'

/**
 * What a page can do but show itself, in the words of the finding. Handlers (`onload=`) count inside a tag only, since
 * "online = 5" is text; the part of a tag before one is bounded, so that a page of `<` alone costs no more than another.
 */
const ACTIVE = [
  {
    what: 'script',
    pattern: /<script\b|<[a-z][^<>]{0,512}?[\s"'/]on[a-z]{3,20}\s{0,9}=|javascript\s{0,9}:/gi,
  },
  {
    what: 'content from another place',
    pattern:
      /\b(?:src|srcset|poster|data|background|action|formaction|ping|manifest|xlink:href)\s{0,9}=\s{0,9}["']?\s{0,9}(?:[a-z][a-z0-9+.-]{0,20}:)?\/\/|url\(\s{0,9}["']?\s{0,9}(?:[a-z][a-z0-9+.-]{0,20}:)?\/\/|@import\b/gi,
  },
  {
    what: 'a link to another place',
    pattern: /(?<![:\w])href\s{0,9}=\s{0,9}["']?\s{0,9}(?:[a-z][a-z0-9+.-]{0,20}:)?\/\//gi,
  },
  {
    what: 'a frame, an object or a form',
    pattern: /<(?:iframe|frame|object|embed|applet|portal|form|base)\b/gi,
  },
  {
    what: 'a page that sends its reader elsewhere',
    pattern: /http-equiv\s{0,9}=\s{0,9}["']?\s{0,9}refresh/gi,
  },
] as const

const MARKUP = /\.(?:html?|xhtml|svg|xml|mht|mhtml)$/i
const SHOWN_SAMPLE = 60

/** Script, links, forms and remote loads in pages and drawings (attacks.md, families 18 to 20). */
export function activeHtml(): FileCheck {
  return {
    name: 'active-html',
    begin: (entry) => (MARKUP.test(entry.path) ? inspect(entry) : undefined),
  }
}

function inspect(entry: ManifestEntry): FileInspection {
  const tallies = ACTIVE.map((active) => ({ active, tally: new Tally() }))
  return {
    look(window) {
      for (const { active, tally } of tallies) {
        for (const match of matchesIn(window, active.pattern)) {
          const sample = window.text.slice(match.index, match.index + SHOWN_SAMPLE)
          tally.add(() => ({ ...window.placeAt(match.index), sample: shownText(sample, SHOWN_SAMPLE) }))
        }
      }
    },
    end: () =>
      tallies.flatMap(({ active, tally }) =>
        tally.finding({
          check: 'active-html',
          rank: 'serious',
          entry,
          what: (count) => `The page has ${active.what}${count === 1 ? '' : ` (${count} times)`}.`,
        }),
      ),
  }
}
