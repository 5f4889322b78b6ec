import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { endingOf } from './file-signature.ts'
import { PERSONAL_HEADING, PERSONAL_PATTERNS, type PersonalPattern } from './personal-patterns.ts'
import { matchesIn, type TextWindow } from './text-windows.ts'

const SEPARATORS: Readonly<Record<string, string>> = { csv: ',', tsv: '\t' }
/** A line of headings that is longer is no line of headings. */
const LONGEST_HEADINGS = 16_384

/**
 * Things that look like e-mail addresses, telephone numbers, national numbers, dates of birth, coordinates, and tables
 * with a column of such. No sample is shown of the former: the finding says where to look, and whoever reads a list of
 * findings need not read a name.
 */
export function personalData(): FileCheck {
  return { name: 'personal-data', begin: (entry) => inspect(entry) }
}

function inspect(entry: ManifestEntry): FileInspection {
  const tallies = PERSONAL_PATTERNS.map((pattern) => ({ pattern, tally: new Tally() }))
  const headings = new Tally()
  const separator = SEPARATORS[endingOf(entry.path)]
  let isFirst = true
  return {
    look(window) {
      if (isFirst && separator !== undefined) lookAtHeadings(window, separator, headings)
      isFirst = false
      for (const { pattern, tally } of tallies) lookFor(pattern, window, tally)
    },
    end: () => [
      ...tallies.flatMap(({ pattern, tally }) =>
        tally.finding({
          check: 'personal-data',
          rank: 'critical',
          entry,
          what: (count) => (count === 1 ? `${pattern.one}.` : `${count} ${pattern.many}.`),
        }),
      ),
      ...headings.finding({
        check: 'personal-data',
        rank: 'serious',
        entry,
        what: (count) =>
          count === 1 ? 'A column about single persons.' : `${count} columns about single persons.`,
      }),
    ],
  }
}

function lookFor({ pattern, accepts }: PersonalPattern, window: TextWindow, tally: Tally): void {
  for (const { index, 0: found } of matchesIn(window, pattern)) {
    if (accepts?.(found) ?? true) tally.add(() => ({ ...window.placeAt(index) }))
  }
}

function lookAtHeadings({ text }: TextWindow, separator: string, tally: Tally): void {
  const line = text.slice(0, LONGEST_HEADINGS).split('\n', 1)[0] ?? ''
  for (const heading of line.split(separator)) {
    const cell = heading.trim()
    if (PERSONAL_HEADING.test(cell)) tally.add(() => ({ line: 1, offset: 0, sample: shownText(cell, 60) }))
  }
}
