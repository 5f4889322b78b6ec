import { describe, expect, it } from 'vitest'
import { createLiveLogs } from './live-logs.ts'

const LONGEST = 64 * 1024

describe('live logs', () => {
  it('keep the end of what a run prints, and say that it is cut', () => {
    const logs = createLiveLogs()
    logs.append(1, { kind: 'program', text: 'short' })
    expect(logs.find(1)).toEqual({ text: '[program]\nshort', isCut: false })
    for (let line = 0; line < 50; line += 1) logs.append(1, { kind: 'program', text: 'x'.repeat(100_000) })
    logs.append(1, { kind: 'program', text: 'the end' })
    const log = logs.find(1)
    expect(log?.isCut).toBe(true)
    expect(log?.text).toHaveLength(LONGEST)
    expect(log?.text.endsWith('xthe end')).toBe(true)
  })

  it('are of so many runs at once, and no more', () => {
    const logs = createLiveLogs()
    for (let run = 1; run <= 1000; run += 1) {
      logs.append(run, { kind: 'program', text: 'printed' })
      // The first one goes on printing, so it is not the one that was silent longest.
      logs.append(1, { kind: 'program', text: '.' })
    }
    const kept = Array.from({ length: 1000 }, (_, index) => index + 1).filter((run) => logs.find(run))
    expect(kept).toHaveLength(200)
    expect(kept.slice(0, 2)).toEqual([1, 802])
  })
})
