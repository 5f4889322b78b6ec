import { describe, expect, it } from 'vitest'
import { REASON_SENTENCES, ReasonCode } from './reason-code.ts'

describe('the reasons for a failure', () => {
  it('are at most sixteen, so that a failure carries no more than four bits', () => {
    expect(ReasonCode.options.length).toBeLessThanOrEqual(16)
  })

  it('each have a sentence of their own', () => {
    const sentences = Object.values(REASON_SENTENCES)
    expect(new Set(sentences).size).toBe(sentences.length)
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/)
  })

  it('are nothing else', () => {
    expect(ReasonCode.safeParse('time-limit').success).toBe(true)
    for (const code of ['', 'Time-Limit', 'constructor', 'toString', 'patient 17']) {
      expect(ReasonCode.safeParse(code).success).toBe(false)
    }
  })
})
