import { CHAIN_BEGINNING, type ChainHead } from '@scoregate/protocol/audit'
import type { Digest } from '@scoregate/protocol/digest'
import { type LinkedEntry, readEntryLine } from './audit-chain.ts'
import type { ChainLine } from './chain-lines.ts'

/** A place where a chain is not as it was written; entries `from` to `to`, both included. */
export type ChainDamage = {
  readonly kind: 'edited' | 'removed' | 'reordered' | 'inserted' | 'cut-tail' | 'other-history'
  readonly from: number
  readonly to: number
  readonly sentence: string
}

/** So many are listed; whoever ruins a file can make any number of them. */
const MOST_DAMAGES = 1000

/** A head that is known from elsewhere, where whoever holds the file cannot change it: a receipt, a hub. */
export type KnownHead = ChainHead & { readonly from: string }

/** What became of a verification. The chain is intact when there is no damage. */
export type ChainReport = {
  /** How far the chain goes; undefined when no entry stands. */
  readonly head: ChainHead | undefined
  readonly damages: readonly ChainDamage[]
  /**
   * The number of a last line that was cut short. That is what a crash leaves and no sign of tampering: nothing was told
   * to anybody before its entry was whole on disk, and the desk completes it at its next start.
   */
  readonly tornLine: number | undefined
}

/**
 * Verifies a chain line by line, in memory that does not grow with it. Finds any edit, removal, insertion and change of
 * order; a missing tail and a history that was written anew from some entry on show against the known heads, and only
 * against them.
 */
export async function verifyChain(
  lines: AsyncIterable<ChainLine>,
  known: readonly KnownHead[] = [],
): Promise<ChainReport> {
  const verification = new ChainVerification(known)
  for await (const line of lines) verification.read(line)
  return verification.end()
}

type Numbers = { readonly from: number; readonly to: number }

class ChainVerification {
  readonly #known: readonly KnownHead[]
  readonly #damages: ChainDamage[] = []
  #last: { readonly sequence: number; readonly hash: Digest } = { sequence: 0, hash: CHAIN_BEGINNING }
  /** Lines since the last entry that do not stand by themselves. */
  #broken = 0
  /** An entry that comes too early: the next line tells whether those before it are gone or it is out of place. */
  #early: LinkedEntry | undefined
  /** Numbers that were passed over; those that turn up later were moved. */
  #missing: Numbers[] = []
  /** Numbers of entries that were met too early. */
  readonly #moved = new Set<number>()
  #tornLine: number | undefined

  constructor(known: readonly KnownHead[]) {
    this.#known = known
  }

  read(line: ChainLine): void {
    if (!line.isWhole) {
      this.#tornLine = line.number
      return
    }
    const entry = line.text === undefined ? undefined : readEntryLine(line.text)
    if (entry !== undefined && this.#early !== undefined && this.#comesBefore(entry, this.#early)) {
      this.#moved.add(this.#early.sequence)
      this.#recordMoved(this.#early)
      this.#early = undefined
    }
    this.#settleEarly()
    if (entry === undefined) this.#broken += 1
    else this.#take(entry)
  }

  end(): ChainReport {
    this.#settleEarly()
    const { sequence, hash } = this.#last
    const end = sequence + this.#broken
    if (this.#broken > 0) {
      this.#record('edited', { from: sequence + 1, to: end }, 'is not as it was written')
    }
    for (const numbers of this.#missing) this.#record('removed', numbers, 'is gone')
    const furthest = this.#known.toSorted((a, b) => b.sequence - a.sequence)[0]
    if (furthest !== undefined) {
      for (const { from, to } of this.#unmetBefore(furthest.sequence + 1)) {
        const cut = { from: Math.max(from, end + 1), to }
        if (cut.from > to) continue
        this.#record('cut-tail', cut, `is gone from the end; ${furthest.from} shows that it was there`)
      }
    }
    return {
      head: sequence === 0 ? undefined : { sequence, head: hash },
      damages: this.#damages.toSorted((a, b) => a.from - b.from),
      tornLine: this.#tornLine,
    }
  }

  #comesBefore(entry: LinkedEntry, early: LinkedEntry): boolean {
    return entry.sequence > this.#last.sequence && entry.sequence < early.sequence
  }

  #settleEarly(): void {
    const early = this.#early
    this.#early = undefined
    if (early !== undefined) this.#accept(early)
  }

  #take(entry: LinkedEntry): void {
    if (entry.sequence <= this.#last.sequence) {
      if (this.#findMissing(entry.sequence)) this.#recordMoved(entry)
      else this.#record('inserted', only(entry.sequence), 'is there a second time')
      return
    }
    const isEarly = this.#unmetBefore(entry.sequence).length > 0 && this.#broken === 0
    if (isEarly) this.#early = entry
    else this.#accept(entry)
  }

  /** Goes on to an entry. What lies between it and the last one was edited, as far as there are lines for it, or removed. */
  #accept(entry: LinkedEntry): void {
    const last = this.#last
    let lines = this.#broken
    this.#broken = 0
    for (const { from, to } of this.#unmetBefore(entry.sequence)) {
      const edited = Math.min(lines, to - from + 1)
      lines -= edited
      if (edited > 0) this.#record('edited', { from, to: from + edited - 1 }, 'is not as it was written')
      if (from + edited <= to) this.#missing.push({ from: from + edited, to })
    }
    if (lines > 0) {
      this.#record('inserted', only(entry.sequence), `comes after ${lines} lines that are no entries`)
    }
    if (entry.sequence === last.sequence + 1 && entry.previous !== last.hash) {
      const both = { from: Math.max(last.sequence, 1), to: entry.sequence }
      this.#record('edited', both, 'does not follow on the one before: it was written anew')
    }
    this.#compareWithKnown(entry)
    this.#last = entry
  }

  /** The numbers between the last entry and this one that were not met out of place. */
  #unmetBefore(sequence: number): Numbers[] {
    const ranges: Numbers[] = []
    let from = this.#last.sequence + 1
    const moved = [...this.#moved].filter((number) => number >= from && number < sequence)
    for (const number of moved.sort((a, b) => a - b)) {
      if (number > from) ranges.push({ from, to: number - 1 })
      from = number + 1
    }
    if (sequence > from) ranges.push({ from, to: sequence - 1 })
    return ranges
  }

  #findMissing(sequence: number): boolean {
    const range = this.#missing.find(({ from, to }) => from <= sequence && sequence <= to)
    if (range === undefined) return false
    this.#missing = this.#missing.flatMap((other) =>
      other === range
        ? [
            { from: range.from, to: sequence - 1 },
            { from: sequence + 1, to: range.to },
          ].filter(({ from, to }) => from <= to)
        : [other],
    )
    return true
  }

  #recordMoved(entry: LinkedEntry): void {
    this.#compareWithKnown(entry)
    this.#record('reordered', only(entry.sequence), 'is not in its place')
  }

  #compareWithKnown({ sequence, hash }: LinkedEntry): void {
    for (const known of this.#known) {
      if (known.sequence !== sequence || known.head === hash) continue
      this.#record('other-history', only(sequence), `is another than ${known.from} shows`)
    }
  }

  #record(kind: ChainDamage['kind'], { from, to }: Numbers, words: string): void {
    if (this.#damages.length >= MOST_DAMAGES) return
    const entries = from === to ? `Entry ${from}` : `Each of the entries ${from} to ${to}`
    this.#damages.push({ kind, from, to, sentence: `${entries} ${words}.` })
  }
}

function only(sequence: number): Numbers {
  return { from: sequence, to: sequence }
}
