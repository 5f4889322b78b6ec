import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeskPerson, isSamePerson, mayDecide, type ReviewerRules } from './who-may-decide.ts'

const person = (name: string, more: Partial<DeskPerson> = {}): DeskPerson => ({
  ...{ name, isReviewer: true, platformNames: [] },
  ...more,
})
const EVERYBODY: ReviewerRules = { conflicts: [] }
const NAMED: ReviewerRules = { reviewers: ['anna', 'Carla'], conflicts: [] }

function ask(
  who: DeskPerson,
  rules: ReviewerRules,
  more: { participant?: string; absent?: DeskPerson[] } = {},
) {
  const eligibility = mayDecide(who, { rules, participant: 'somebody', absent: [], ...more })
  return eligibility.kind === 'may' ? (eligibility.for ?? 'may') : eligibility.why
}

describe('who may decide', () => {
  it('is every reviewer where the policy names none, and nobody without the role', () => {
    expect(ask(person('ben'), EVERYBODY)).toBe('may')
    expect(ask(person('ben', { isReviewer: false }), EVERYBODY)).toBe('not-a-reviewer')
  })

  it('is whom the policy names, in whatever capitals', () => {
    expect(ask(person('Anna'), NAMED)).toBe('may')
    expect(ask(person('carla'), NAMED)).toBe('may')
    expect(ask(person('ben'), NAMED)).toBe('not-named')
  })

  it('is nobody whose own submission it is, by their name here or at the platform', () => {
    expect(ask(person('ben'), EVERYBODY, { participant: 'Ben' })).toBe('conflict-participant')
    const known = person('ben', { platformNames: ['larch'] })
    expect(ask(known, EVERYBODY, { participant: 'LARCH' })).toBe('conflict-participant')
    expect(ask(known, EVERYBODY, { participant: 'larches' })).toBe('may')
  })

  it('is nobody of whom the policy says that they have a part in the competition', () => {
    expect(ask(person('ben'), { conflicts: ['BEN'] })).toBe('conflict-listed')
    expect(ask(person('anna'), { ...NAMED, conflicts: ['anna'] })).toBe('conflict-listed')
  })

  it('is who decides in the place of somebody who is named, and of nobody else', () => {
    expect(ask(person('ben'), NAMED, { absent: [person('anna')] })).toBe('anna')
    expect(ask(person('ben'), NAMED, { absent: [person('dora')] })).toBe('not-named')
    // Whoever is named themselves needs no place.
    expect(ask(person('carla'), NAMED, { absent: [person('anna')] })).toBe('may')
  })

  it('never becomes more by an absence: neither conflict nor missing role goes away', () => {
    const absent = [person('anna')]
    expect(ask(person('ben'), { ...NAMED, conflicts: ['ben'] }, { absent })).toBe('conflict-listed')
    expect(ask(person('ben'), { ...NAMED, conflicts: ['anna'] }, { absent })).toBe('not-named')
    expect(ask(person('ben'), NAMED, { absent, participant: 'anna' })).toBe('not-named')
    expect(ask(person('ben'), NAMED, { absent: [person('anna', { isReviewer: false })] })).toBe('not-named')
    expect(ask(person('ben', { isReviewer: false }), NAMED, { absent })).toBe('not-a-reviewer')
  })

  it('is, for any people and rules, only a reviewer without a part in it who is named, or whose absent one is', () => {
    const name = fc.constantFrom('anna', 'Anna', 'ben', 'BEN', 'carla')
    const anybody = fc.record({
      name,
      isReviewer: fc.boolean(),
      platformNames: fc.array(name, { maxLength: 1 }),
    })
    fc.assert(
      fc.property(
        anybody,
        fc.array(anybody, { maxLength: 2 }),
        fc.option(fc.array(name, { maxLength: 2 }), { nil: undefined }),
        fc.array(name, { maxLength: 1 }),
        name,
        (who, absent, reviewers, conflicts, participant) => {
          const eligibility = mayDecide(who, { rules: { reviewers, conflicts }, participant, absent })
          if (eligibility.kind === 'may-not') return
          expect(who.isReviewer).toBe(true)
          for (const one of [participant, ...conflicts]) expect(isSamePerson(one, who.name)).toBe(false)
          const seat = eligibility.for ?? who.name
          expect(reviewers === undefined || reviewers.some((one) => isSamePerson(one, seat))).toBe(true)
          for (const one of [participant, ...conflicts]) expect(isSamePerson(one, seat)).toBe(false)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
