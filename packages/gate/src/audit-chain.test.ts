import type { AuditEntry, ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryLine, nextEntry, readEntryLine } from './audit-chain.ts'
import { chainLines } from './chain-lines.ts'
import { type ChainDamage, type ChainReport, type KnownHead, verifyChain } from './verify-chain.ts'

const digest = (letter: string) => Digest.parse(letter.repeat(64))

/** A chain of so many entries. */
function chainOf(count: number): AuditEntry[] {
  const entries: AuditEntry[] = []
  let last: ChainHead | undefined
  for (let at = 0; at < count; at += 1) {
    const entry = nextEntry(last, {
      time: new Date(Date.UTC(2026, 4, 1) + at * 1000),
      act:
        at === 0
          ? { kind: 'chain-started', keyId: digest('a') }
          : { kind: 'signed-in', reviewer: `reviewer-${at}`, by: 'password' },
    })
    entries.push(entry)
    last = { sequence: entry.sequence, head: entry.hash }
  }
  return entries
}

const CHAIN = chainOf(12)
const LINES = CHAIN.map(entryLine)
const HEAD: KnownHead = { sequence: 12, head: CHAIN[11]?.hash ?? digest('0'), from: 'a receipt' }

function fileOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function verify(bytes: Buffer, known: readonly KnownHead[] = [], size = 100): Promise<ChainReport> {
  return verifyChain(chainLines(pieces(bytes, size)), known)
}

async function damagesOf(lines: readonly string[], known: readonly KnownHead[] = []): Promise<string[]> {
  const { damages } = await verify(fileOf(lines), known)
  return damages.map(({ kind, from, to }) => (from === to ? `${kind} ${from}` : `${kind} ${from}-${to}`))
}

/** What somebody does who knows the format: changes an entry and gives it the hash that fits. */
function rewritten(entry: AuditEntry | undefined): string {
  if (entry === undefined) throw new Error('The chain of the test is too short.')
  return entryLine(
    nextEntry(
      { sequence: entry.sequence - 1, head: entry.previous },
      { time: new Date(0), act: { kind: 'signed-out', reviewer: 'somebody-else' } },
    ),
  )
}

const without = (...numbers: number[]) => LINES.filter((_, at) => !numbers.includes(at + 1))
const withAt = (number: number, line: string) => LINES.with(number - 1, line)

describe('an audit chain', () => {
  it('is intact as it was written, and says how far it goes', async () => {
    const report = await verify(fileOf(LINES), [HEAD])
    expect(report).toEqual({
      head: { sequence: 12, head: HEAD.head },
      damages: [],
      tornLine: undefined,
    } satisfies ChainReport)
    expect(await verify(Buffer.alloc(0))).toEqual({ head: undefined, damages: [], tornLine: undefined })
  })

  it('has one text for an entry: any other is an edit, even when it means the same', () => {
    const [line = ''] = LINES
    expect(readEntryLine(line)).toBeDefined()
    expect(readEntryLine(`${line} `)).toBeUndefined()
    expect(readEntryLine(line.replace('":', '": '))).toBeUndefined()
    expect(readEntryLine(line.replace('"sequence":1', '"sequence":1,"sequence":1'))).toBeUndefined()
  })

  it('stands also where it records an act that this version does not know', () => {
    const newer = nextEntry(undefined, {
      time: new Date(0),
      // What a newer version would write.
      act: JSON.parse('{"kind": "of-the-future", "moon": 1}'),
    })
    expect(readEntryLine(entryLine(newer))).toMatchObject({ act: { kind: 'of-the-future' } })
  })

  it('names each kind of damage by the number of the entry', async () => {
    expect(await damagesOf(withAt(5, (LINES[4] ?? '').replace('reviewer-4', 'reviewer-9')))).toEqual([
      'edited 5',
    ])
    expect(await damagesOf(withAt(5, 'nonsense'))).toEqual(['edited 5'])
    expect(await damagesOf(without(5))).toEqual(['removed 5'])
    expect(await damagesOf(without(1))).toEqual(['removed 1'])
    expect(await damagesOf(without(5, 6, 9))).toEqual(['removed 5-6', 'removed 9'])
    expect(await damagesOf(withAt(5, LINES[5] ?? '').with(5, LINES[4] ?? ''))).toEqual(['reordered 6'])
    expect(await damagesOf(withAt(11, LINES[11] ?? '').with(11, LINES[10] ?? ''), [HEAD])).toEqual([
      'reordered 12',
    ])
    expect(await damagesOf(withAt(2, LINES[8] ?? '').with(8, LINES[1] ?? ''))).toEqual([
      'reordered 2',
      'reordered 9',
    ])
    expect(await damagesOf(LINES.toSpliced(4, 0, LINES[2] ?? ''))).toEqual(['inserted 3'])
    expect(await damagesOf(LINES.toSpliced(4, 0, 'nonsense'))).toEqual(['inserted 5'])
    expect(await damagesOf([...LINES, 'nonsense'])).toEqual(['edited 13'])
  })

  it('finds an entry that was written anew with a hash that fits, by its neighbour', async () => {
    expect(await damagesOf(withAt(5, rewritten(CHAIN[4])))).toEqual(['edited 5-6'])
    expect(await damagesOf(LINES.toSpliced(4, 0, rewritten(CHAIN[4])))).toContain('inserted 5')
  })

  it('shows a missing tail and a rewritten history against a known head, and only so', async () => {
    expect(await damagesOf(LINES.slice(0, 9))).toEqual([])
    expect(await damagesOf(LINES.slice(0, 9), [HEAD])).toEqual(['cut-tail 10-12'])
    expect(await damagesOf([], [HEAD])).toEqual(['cut-tail 1-12'])
    const other = LINES.with(11, rewritten(CHAIN[11]))
    expect(await damagesOf(other)).toEqual([])
    expect(await damagesOf(other, [HEAD])).toEqual(['other-history 12'])
  })

  it('tells a line that a crash cut short from tampering', async () => {
    const file = fileOf(LINES)
    const report = await verify(file.subarray(0, file.length - 30))
    expect(report).toMatchObject({ damages: [], tornLine: 12, head: { sequence: 11 } })
    // In the middle of the file nothing is torn: a line that is cut there was edited.
    expect(await damagesOf(withAt(5, (LINES[4] ?? '').slice(0, -30)))).toEqual(['edited 5'])
  })
})

describe('whatever is done to a chain', () => {
  const place = fc.nat(LINES.length - 1)
  const isFound = (damages: readonly ChainDamage[]) => expect(damages.length).toBeGreaterThan(0)

  it('is found: any byte that is another', async () => {
    const file = fileOf(LINES)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length - 1),
        fc.nat(255),
        fc.integer({ min: 1, max: 500 }),
        async (at, byte, size) => {
          fc.pre(file[at] !== byte)
          const changed = Buffer.from(file)
          changed[at] = byte
          isFound((await verify(changed, [HEAD], size)).damages)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is found: any run of entries that is gone', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 5 }), async (at, count) => {
        isFound((await verify(fileOf(LINES.toSpliced(at, count)), [HEAD])).damages)
      }),
    )
  })

  it('is found: any two entries that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        fc.pre(one !== other)
        const swapped = LINES.with(one, LINES[other] ?? '').with(other, LINES[one] ?? '')
        const { damages } = await verify(fileOf(swapped))
        isFound(damages)
        for (const { kind } of damages) expect(kind).toBe('reordered')
      }),
    )
  })

  it('is found: any line that was put in, be it forged with a hash that fits', async () => {
    const lines = fc.oneof(
      fc.constantFrom(...LINES),
      fc.constantFrom(...CHAIN).map(rewritten),
      fc.string().filter((text) => !text.includes('\n')),
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(LINES.length), lines, async (at, line) => {
        isFound((await verify(fileOf(LINES.toSpliced(at, 0, line)), [HEAD])).damages)
      }),
    )
  })

  it('is found: any end that was cut off, at whatever byte', async () => {
    const file = fileOf(LINES)
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), async (length) => {
        isFound((await verify(file.subarray(0, length), [HEAD])).damages)
      }),
    )
  })

  it('is found: any history that was written anew from some entry on', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (from) => {
        const lines = LINES.slice(0, from)
        let last: ChainHead | undefined = CHAIN[from - 1] && {
          sequence: from,
          head: CHAIN[from - 1]?.hash ?? digest('0'),
        }
        for (let at = from; at < CHAIN.length; at += 1) {
          const entry = nextEntry(last, { time: new Date(0), act: { kind: 'signed-out', reviewer: 'other' } })
          lines.push(entryLine(entry))
          last = { sequence: entry.sequence, head: entry.hash }
        }
        expect((await verify(fileOf(lines))).damages).toEqual([])
        isFound((await verify(fileOf(lines), [HEAD])).damages)
      }),
    )
  })
})
