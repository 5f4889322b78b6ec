import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { endingOf } from './file-signature.ts'
import { TextWindows } from './text-windows.ts'

/** ACRO and the UK's trusted research environments ask for ten (attacks.md, 4.7). */
export const SMALL_COUNT_THRESHOLD = 10

/** Headings of columns that count people or cases. */
const COUNT_HEADING =
  /^"?\s*(?:n|count|counts|num|number|freq|frequency|support|cases?|patients?|subjects?|events?|size|total|n_\w+|\w+_(?:count|n))\s*"?$/i
/** The same in text and JSON: a word for a count, then the number. */
const COUNT_IN_TEXT = /\b(?:n|count|support|cases|patients|subjects|events|total)"?\s*[:=]\s*([0-9]+)\b/gi
const SEPARATORS: Readonly<Record<string, string>> = { csv: ',', tsv: '\t' }

/**
 * Counts below a threshold in tables: a group of three patients is three patients (attacks.md, 4.7). Looks at columns of
 * CSV and TSV whose heading says that they count, and at counts in logs and JSON; zero is no group.
 */
export function smallCounts(threshold: number = SMALL_COUNT_THRESHOLD): FileCheck {
  return { name: 'small-counts', begin: (entry) => inspect(entry, threshold) }
}

function inspect(entry: ManifestEntry, threshold: number): FileInspection {
  const tally = new Tally()
  const separator = SEPARATORS[endingOf(entry.path)]
  let counting: readonly number[] = []
  const note = (value: string, line: number, heading: string) => {
    if (/^[0-9]{1,15}$/.test(value) && Number(value) > 0 && Number(value) < threshold) {
      tally.add({ line, sample: shownText(heading === '' ? value : `${heading} = ${value}`, 60) })
    }
  }
  let headings: readonly string[] = []
  const windows = new TextWindows(({ text, line }) => {
    if (separator === undefined) {
      for (const [, value = ''] of text.matchAll(COUNT_IN_TEXT)) note(value, line, '')
      return
    }
    const cells = text.split(separator).map((cell) => cell.trim())
    if (line === 1) {
      headings = cells
      counting = cells.flatMap((cell, index) => (COUNT_HEADING.test(cell) ? [index] : []))
      return
    }
    for (const index of counting) {
      note((cells[index] ?? '').replaceAll(/^"|"$/g, ''), line, headings[index] ?? '')
    }
  })
  return {
    take: (chunk) => windows.take(chunk),
    end() {
      windows.end()
      return tally.finding({
        check: 'small-counts',
        rank: 'serious',
        entry,
        what: (count) => `${count === 1 ? 'A count' : `${count} counts`} below ${threshold}.`,
      })
    },
  }
}
