import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { endingOf } from './file-signature.ts'
import { matchesIn, type TextWindow } from './text-windows.ts'

/** ACRO and the UK's trusted research environments ask for ten (attacks.md, 4.7). */
export const SMALL_COUNT_THRESHOLD = 10

/** Headings of columns that count people or cases. */
const COUNT_HEADING =
  /^"?\s{0,4}(?:n|count|counts|num|number|freq|frequency|support|cases?|patients?|subjects?|participants?|events?|deaths?|total|n_\w{1,40}|\w{1,40}_(?:count|n))\s{0,4}"?$/i
/** In text a word for people or cases, then the number: "n = 3" and "total: 5" are of every log. */
const COUNT_IN_TEXT =
  /\b(?:support|cases|patients|subjects|participants|persons|people|deaths|women|men)"?[ \t]{0,4}[:=][ \t]{0,4}([0-9]{1,15})\b(?!\.[0-9])/gi
/** A key of JSON that counts. */
const COUNT_IN_JSON =
  /"(?:n|count|n_\w{1,40}|\w{1,40}_(?:count|n))"[ \t]{0,4}:[ \t]{0,4}([0-9]{1,15})\b(?!\.[0-9])/gi
/** The last column of the report that scikit-learn writes, which counts the cases of a class. */
const REPORT_HEADING = /precision[ \t]{1,20}recall[ \t]{1,20}f1-score[ \t]{1,20}support[ \t]{0,20}\r?\n/g
const REPORT_LINE = /^.{0,200}?[0-9]\.[0-9]{1,9}[ \t]{1,20}([0-9]{1,15})[ \t]{0,20}\r?$/
const REPORT_LINES = 100
const SEPARATORS: Readonly<Record<string, string>> = { csv: ',', tsv: '\t' }

/**
 * Counts below a threshold in tables: a group of three patients is three patients (attacks.md, 4.7). Looks at columns of
 * CSV and TSV whose heading says that they count, at reports of classes, and at counts in logs and JSON; zero is no
 * group.
 */
export function smallCounts(threshold: number = SMALL_COUNT_THRESHOLD): FileCheck {
  return { name: 'small-counts', begin: (entry) => inspect(entry, threshold) }
}

function inspect(entry: ManifestEntry, threshold: number): FileInspection {
  const tally = new Tally()
  const isSmall = (value: string) =>
    /^[0-9]{1,15}$/.test(value) && Number(value) > 0 && Number(value) < threshold
  const separator = SEPARATORS[endingOf(entry.path)]
  const look =
    separator === undefined ? lookAtText(tally, isSmall) : lookAtTable(tally, { isSmall, separator })
  return {
    look,
    end: () =>
      tally.finding({
        check: 'small-counts',
        rank: 'serious',
        entry,
        what: (count) => `${count === 1 ? 'A count' : `${count} counts`} below ${threshold}.`,
      }),
  }
}

function lookAtText(tally: Tally, isSmall: (value: string) => boolean): (window: TextWindow) => void {
  return (window) => {
    for (const pattern of [COUNT_IN_TEXT, COUNT_IN_JSON]) {
      for (const { index, 0: found, 1: value = '' } of matchesIn(window, pattern)) {
        if (isSmall(value)) tally.add(() => ({ ...window.placeAt(index), sample: shownText(found, 60) }))
      }
    }
    for (const { index, 0: heading } of matchesIn(window, REPORT_HEADING)) {
      let at = index + heading.length
      for (const line of window.text.slice(at).split('\n', REPORT_LINES)) {
        const start = at
        at += line.length + 1
        if (!isSmall(REPORT_LINE.exec(line)?.[1] ?? '')) continue
        tally.add(() => ({ ...window.placeAt(start), sample: shownText(line.trim(), 60) }))
      }
    }
  }
}

/** The lines of a table, whose first says what the columns are. */
function lookAtTable(
  tally: Tally,
  { isSmall, separator }: { isSmall: (value: string) => boolean; separator: string },
): (window: TextWindow) => void {
  let headings: readonly string[] | undefined
  let counting: readonly number[] = []
  return (window) => {
    let at = window.seen
    for (const line of window.text.slice(window.seen).split('\n')) {
      const cells = line.split(separator)
      const start = at
      at += line.length + 1
      if (headings === undefined) {
        headings = cells.map((cell) => cell.trim())
        counting = headings.flatMap((cell, index) => (COUNT_HEADING.test(cell) ? [index] : []))
        continue
      }
      for (const index of counting) {
        const value = (cells[index] ?? '').trim().replaceAll(/^"|"$/g, '')
        if (!isSmall(value)) continue
        const sample = `${headings[index] ?? ''} = ${value}`
        tally.add(() => ({ ...window.placeAt(start), sample: shownText(sample, 60) }))
      }
    }
  }
}
