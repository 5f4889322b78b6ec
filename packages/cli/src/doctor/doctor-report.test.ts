import type { PromiseReport } from '@scoregate/sandbox/promises'
import { describe, expect, it } from 'vitest'
import { type DoctorReport, doctorText } from './doctor-report.ts'

describe('the report of the doctor', () => {
  const promise = (state: PromiseReport['state'], more: Partial<PromiseReport> = {}): PromiseReport => ({
    id: 'any',
    promise: `A promise of which the words are so many that a line of eighty columns does not hold them, ${state}`,
    state,
    why: 'seen \u001b[31mred',
    ...more,
  })
  const report: DoctorReport = {
    format: 'scoregate-doctor/1',
    chosen: 'engine',
    verdict: 'something-does-not-hold',
    sandboxes: [
      {
        sandbox: 'engine',
        usable: true,
        what: 'container engine 28.1',
        problems: [],
        promises: [promise('holds'), promise('does-not-hold', { remedy: 'Type: mend it' })],
      },
      {
        sandbox: 'bubblewrap',
        usable: false,
        what: 'bubblewrap',
        problems: ['It is missing.'],
        promises: [promise('not-checked')],
      },
    ],
    machine: [promise('not-checked')],
  }

  it('fits a terminal of 80 columns, and says what to do beside what does not hold', () => {
    const lines = doctorText(report).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.filter((line) => /^(holds|NOT SO|not checked) /.test(line))).toHaveLength(3)
    expect(lines.find((line) => line.includes('->'))?.trim()).toBe('-> Type: mend it')
    expect(lines.at(-1)).toMatch(/does not hold/)
  })

  it('says of a sandbox that is not usable why, and nothing else', () => {
    const text = doctorText({ ...report, machine: [] })
    expect(text).toContain('bubblewrap (not usable)\n  It is missing.\n')
    expect(text).not.toContain('not checked')
  })

  it('lets nothing through that steers a terminal', () => {
    expect(doctorText(report)).not.toContain('\u001b')
  })
})
