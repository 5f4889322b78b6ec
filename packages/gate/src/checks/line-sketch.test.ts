import { Digest } from '@scoregate/protocol/digest'
import type { ManifestEntry } from '@scoregate/protocol/manifest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areAlike, type LineSketch, LineSketcher, likeness } from './line-sketch.ts'
import { TextWindows } from './text-windows.ts'

const entry: ManifestEntry = {
  section: 'predictions',
  path: 'p.csv',
  sizeBytes: 1,
  sha256: Digest.parse('a'.repeat(64)),
}

function sketchOf(lines: readonly string[], chunkBytes = 1000): LineSketch {
  const sketcher = new LineSketcher()
  const inspection = sketcher.check.begin(entry)
  const windows = new TextWindows((window) => inspection?.look?.(window))
  const bytes = Buffer.from(`${lines.join('\n')}\n`, 'latin1')
  for (let at = 0; at < bytes.length; at += chunkBytes) windows.take(bytes.subarray(at, at + chunkBytes))
  windows.end()
  return sketcher.sketch
}

const rows = (count: number, value: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${index},${value(index)}`)

describe('the sketches of two holds', () => {
  const honest = rows(5000, (index) => Math.sin(index).toFixed(6))

  it('are alike where few of many lines differ, in whatever order they stand', () => {
    const changed = honest.map((line, index) => (index % 200 === 0 ? `${line}1` : line)).reverse()
    expect(areAlike(sketchOf(honest), sketchOf(changed))).toBe(true)
  })

  it('are not where every tenth differs, nor for other numbers, nor for a few lines', () => {
    const tenth = honest.map((line, index) => (index % 10 === 0 ? `${line}1` : line))
    expect(areAlike(sketchOf(honest), sketchOf(tenth))).toBe(false)
    expect(areAlike(sketchOf(honest), sketchOf(rows(5000, (index) => Math.cos(index).toFixed(6))))).toBe(
      false,
    )
    expect(areAlike(sketchOf(honest.slice(0, 20)), sketchOf(honest.slice(0, 20)))).toBe(false)
  })

  it('tell the part of the lines in common within a few in a hundred', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.nat(), (percent, seed) => {
        const mine = rows(2000, (index) => String(Math.sin(index + seed)))
        const other = mine.map((line, index) => (index % 100 < percent ? line : `${line}x`))
        const share = percent / 100
        expect(Math.abs(likeness(sketchOf(mine), sketchOf(other)) - share / (2 - share))).toBeLessThan(0.15)
      }),
      { numRuns: 30 },
    )
  })

  it('are the same however the bytes come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70_000 }), (chunk) => {
        expect(sketchOf(honest, chunk)).toEqual(sketchOf(honest))
      }),
      { numRuns: 10 },
    )
  })
})
