import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { TextWindows } from './text-windows.ts'

/** What a page can do but show itself, in the words of the finding. */
const ACTIVE = [
  { what: 'script', pattern: /<script\b|\bon[a-z]{3,20}\s*=\s*["']?[^"'\s>]|javascript\s*:/gi },
  {
    what: 'content from another place',
    pattern:
      /\b(?:src|srcset|poster|data|background|action|formaction|ping|manifest|xlink:href)\s*=\s*["']?\s*(?:[a-z][a-z0-9+.-]*:)?\/\/|url\(\s*["']?\s*(?:[a-z][a-z0-9+.-]*:)?\/\/|@import\b/gi,
  },
  { what: 'a link to another place', pattern: /\bhref\s*=\s*["']?\s*(?:[a-z][a-z0-9+.-]*:)?\/\//gi },
  {
    what: 'a frame, an object or a form',
    pattern: /<(?:iframe|frame|object|embed|applet|portal|form|base)\b/gi,
  },
  { what: 'a page that sends its reader elsewhere', pattern: /http-equiv\s*=\s*["']?\s*refresh/gi },
] as const

const MARKUP = /\.(?:html?|xhtml|svg|xml|mht|mhtml)$/i
const SHOWN_SAMPLE = 60
/** Characters of the line before; an attribute and its first sign are shorter. */
const CARRIED = 256

/** Script, links, forms and remote loads in pages and drawings (attacks.md, families 18 to 20). */
export function activeHtml(): FileCheck {
  return {
    name: 'active-html',
    begin: (entry) => (MARKUP.test(entry.path) ? inspect(entry) : undefined),
  }
}

function inspect(entry: ManifestEntry): FileInspection {
  const tallies = ACTIVE.map((active) => ({ active, tally: new Tally() }))
  // A tag may go on over several lines, so each is read with the end of the one before.
  let before = ''
  const windows = new TextWindows(({ text: own, line }) => {
    const text = `${before} ${own}`
    const seen = before.length
    before = text.slice(-CARRIED)
    for (const { active, tally } of tallies) {
      for (const match of text.matchAll(active.pattern)) {
        if (match.index + match[0].length <= seen) continue
        tally.add({
          line,
          sample: shownText(text.slice(match.index, match.index + SHOWN_SAMPLE), SHOWN_SAMPLE),
        })
      }
    }
  })
  return {
    take: (chunk) => windows.take(chunk),
    end() {
      windows.end()
      return tallies.flatMap(({ active, tally }) =>
        tally.finding({
          check: 'active-html',
          rank: 'serious',
          entry,
          what: (count) => `The page has ${active.what}${count === 1 ? '' : ` (${count} times)`}.`,
        }),
      )
    },
  }
}
