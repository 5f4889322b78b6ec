import { describe, expect, it } from 'vitest'
import {
  failureSentence,
  REASON_SENTENCES,
  REJECTION_SENTENCES,
  ReasonCode,
  RejectionSentence,
} from './reason-code.ts'

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

describe('the sentences of a rejection', () => {
  it('are few, each its own, and the first is that of the reason', () => {
    const sentences = Object.values(REJECTION_SENTENCES)
    expect(RejectionSentence.options.length).toBeLessThanOrEqual(8)
    expect(new Set(sentences).size).toBe(sentences.length)
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/)
    expect(sentences[0]).toBe(REASON_SENTENCES['not-released'])
  })

  it('take the place of no other sentence', () => {
    expect(failureSentence('not-released', undefined)).toBe(REASON_SENTENCES['not-released'])
    expect(failureSentence('not-released', 'implausible')).toBe(REJECTION_SENTENCES.implausible)
    expect(failureSentence('time-limit', 'implausible')).toBe(REASON_SENTENCES['time-limit'])
  })
})
