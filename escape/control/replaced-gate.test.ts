import { describe, expect, it } from 'vitest'
import { loadCases } from '../load-cases.ts'
import { playAtReplacedGate } from './replaced-gate.ts'

const escaping = (await loadCases()).filter(({ control }) => control === 'escapes')
const cases = process.env['SCOREGATE_ESCAPE'] === 'all' ? escaping : escaping.filter(({ quick }) => quick)

describe('at a gate as the replaced one was', () => {
  it.each(cases)('$id gets out', async (attack) => {
    expect(await playAtReplacedGate(attack)).toMatchObject({ outcome: 'escaped' })
  })
})
