/** Whether whoever wants to decide a hold may, and in whose place. */
export type Eligibility =
  | { readonly kind: 'may'; readonly for?: string | undefined }
  | { readonly kind: 'may-not'; readonly why: WhyNot }

/**
 * `not-a-reviewer`: their account has not this role. `not-named`: the policy names others for this competition.
 * `conflict-listed`: the policy says that they take part in the competition or organize it. `conflict-participant`: it is
 * their own submission.
 */
export type WhyNot = 'not-a-reviewer' | 'not-named' | 'conflict-listed' | 'conflict-participant'

/** Why somebody may not decide, to them. */
export const WHY_NOT_SENTENCES = {
  'not-a-reviewer': 'You are not a reviewer of this site, so you cannot decide.',
  'not-named':
    'The policy of this site names other reviewers for this competition, so you can look at this hold and not decide it.',
  'conflict-listed':
    'The policy of this site says that you have a part in this competition, so somebody else must decide.',
  'conflict-participant':
    'This submission is by you, under your name at the platform, so somebody else must decide.',
} as const satisfies Record<WhyNot, string>

/** Somebody at the site, as far as deciding goes. */
export type DeskPerson = {
  readonly name: string
  readonly isReviewer: boolean
  /** Names that they have at platforms, by their own word. */
  readonly platformNames: readonly string[]
}

/** What the policy says of who decides a competition. */
export type ReviewerRules = {
  /** Absent: every reviewer. */
  readonly reviewers?: readonly string[] | undefined
  /** Who may not: organizers and participants of the competition. */
  readonly conflicts: readonly string[]
}

/**
 * Whether somebody may decide a hold. Who is not named may in the place of an absent reviewer who is; but neither of them
 * may have a part in the competition, so that absence widens nothing.
 */
export function mayDecide(
  person: DeskPerson,
  given: {
    rules: ReviewerRules
    participant: string
    /** Who is away and has named this person. */
    absent: readonly DeskPerson[]
  },
): Eligibility {
  const { rules, participant, absent } = given
  const hindrance = ownHindrance(person, rules, participant)
  if (hindrance !== undefined) return { kind: 'may-not', why: hindrance }
  if (isNamed(person.name, rules)) return { kind: 'may' }
  const place = absent.find(
    (one) => isNamed(one.name, rules) && ownHindrance(one, rules, participant) === undefined,
  )
  return place === undefined ? { kind: 'may-not', why: 'not-named' } : { kind: 'may', for: place.name }
}

/** Whether two names are of one account: names differ by more than capital letters. */
export function isSamePerson(one: string, other: string): boolean {
  return foldName(one) === foldName(other)
}

function isNamed(name: string, { reviewers }: ReviewerRules): boolean {
  return reviewers === undefined || reviewers.some((one) => isSamePerson(one, name))
}

function ownHindrance(person: DeskPerson, rules: ReviewerRules, participant: string): WhyNot | undefined {
  if (!person.isReviewer) return 'not-a-reviewer'
  if ([person.name, ...person.platformNames].some((name) => isSamePerson(name, participant)))
    return 'conflict-participant'
  return rules.conflicts.some((name) => isSamePerson(name, person.name)) ? 'conflict-listed' : undefined
}

function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}
