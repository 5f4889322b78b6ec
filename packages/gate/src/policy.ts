import type { ArtefactName } from '@scoregate/protocol/artefact'
import { ScoreColumn } from '@scoregate/protocol/columns'
import {
  type CodabenchPlatform,
  type CodabenchSite,
  ImageRule,
  type WorkerSite,
} from '@scoregate/protocol/deposit'
import type { Digest } from '@scoregate/protocol/digest'
import type { Problem } from '@scoregate/protocol/errors'
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { allowedKeys } from './allowed-keys.ts'
import type { ApprovalRules } from './approvals.ts'
import { type CheckRules, DEFAULT_CHECK_RULES } from './checks/check-rules.ts'
import { CHECK_NAMES } from './checks/finding.ts'
import type { TimeOutRules } from './deadlines/deadline.ts'
import { resolveImage as resolve } from './image-rules.ts'
import { digestOfJson } from './manifest.ts'
import { type PlacedDocument, type PolicyPath, placeAt, placeOf, problemsOf } from './policy-problems.ts'
import { PolicyFile } from './policy-schema.ts'
import type { ScoreRules } from './score-columns.ts'
import { STARTER_POLICY as STARTER } from './starter-policy.ts'
import type { ReviewerRules } from './who-may-decide.ts'
import { matchesCompetition } from './wildcard.ts'

/** The site's rules, checked. */
export type Policy = PolicyFile & {
  /** `images`, in the order of the file. */
  readonly imageRules: readonly ImageRule[]
  /** The keys of `competitions`, in the order of the file. */
  readonly competitionPatterns: readonly string[]
}

/** What a policy file is: rules with their digest, or everything that is wrong with it. */
export type PolicyReading =
  | { readonly kind: 'valid'; readonly policy: Policy; readonly digest: Digest }
  | { readonly kind: 'invalid'; readonly problems: Problem[] }

/** The rules for one competition: the site's, with what the policy says for that competition in their place. */
export type CompetitionRules = ScoreRules &
  ApprovalRules &
  ReviewerRules &
  TimeOutRules & {
    readonly review: 'always' | 'when-asked'
    readonly failures: 'at-once' | 'after-review'
    /** Whether a reviewer may release what they have not been shown whole. */
    readonly unseen: 'refuse' | 'warn'
    /** Whether an approval must be signed by a passkey of its reviewer. */
    readonly signed: 'required' | 'when-possible'
    readonly releasable: ArtefactName[]
    readonly ticked: ArtefactName[]
    readonly retentionSeconds: number
    readonly checks: CheckRules
    /** The most that one participant of the competition may learn from what leaves; undefined: no bound. */
    readonly budgetBits?: number
  }

/** What is ticked where the policy does not say. */
const DEFAULT_TICKED: readonly ArtefactName[] = ['scores']

/** The policy that `npm start` writes for trying things out. */
export const STARTER_POLICY = STARTER

/** Which image of the site stands for a name that a competition uses. */
export const resolveImage = resolve

/**
 * Reads a policy file. Every problem is told at once, with `file:line:column`, the key and what is allowed; a policy
 * with a problem is no policy. The digest covers what the file says, its defaults, and the order of its patterns.
 */
export function parsePolicy(text: string, fileName: string): PolicyReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', prettyErrors: false })
  const placed = { document, lines, fileName }
  const yamlProblems = findYamlProblems(placed)
  if (yamlProblems.length > 0) return { kind: 'invalid', problems: yamlProblems }

  const value: unknown = document.toJS() ?? {}
  const parsed = PolicyFile.safeParse(value)
  if (!parsed.success) {
    const allowed = (path: PolicyPath) => allowedKeys(PolicyFile, path)
    const problems = problemsOf(parsed.error.issues, { ...placed, value, allowedKeys: allowed })
    return { kind: 'invalid', problems }
  }
  const contradictions = [
    ...findContradictions(parsed.data, placed),
    ...findUnsaidReaders(parsed.data, placed),
    ...findLoosenedChecks(parsed.data, placed),
    ...findTooFewReviewers(parsed.data, placed),
    ...findEndlessTimeOuts(parsed.data, placed),
  ]
  if (contradictions.length > 0) return { kind: 'invalid', problems: contradictions }

  const policy: Policy = {
    ...parsed.data,
    imageRules: keysInOrder(document, 'images', parsed.data.images).map((pattern) =>
      // Through JSON, keys without a value are gone, as they are from the file.
      ImageRule.parse(JSON.parse(JSON.stringify({ pattern, ...parsed.data.images[pattern] }))),
    ),
    competitionPatterns: keysInOrder(document, 'competitions', parsed.data.competitions),
  }
  return { kind: 'valid', policy, digest: digestOfJson(policy) }
}

/** What YAML itself finds wrong; a tag that means nothing here is only a warning to it, and a mistake to us. */
function findYamlProblems(placed: PlacedDocument): Problem[] {
  const { errors, warnings } = placed.document
  const problems = [...errors, ...warnings].map((error) => ({
    where: placeAt(error.pos[0], placed),
    what: error.message,
    remedy: 'Write it as YAML: one key a line, two spaces for each level, each key once.',
  }))
  visit(placed.document, {
    Alias(_, { range, source }) {
      // A few lines with aliases can stand for very many; a policy needs none.
      problems.push({
        where: placeAt(range?.[0] ?? 0, placed),
        what: `*${source}: an alias`,
        remedy: 'Write out what it stands for.',
      })
    },
  })
  return problems
}

/** What is ticked although it may not leave. */
function findContradictions(policy: PolicyFile, placed: PlacedDocument): Problem[] {
  const overrides = Object.entries(policy.competitions)
  const releases = [
    { path: ['release', 'ticked'], ticked: policy.release.ticked, may: policy.release.may },
    ...overrides.map(([pattern, { release }]) => ({
      path: ['competitions', pattern, 'release', 'ticked'],
      ticked: release?.ticked,
      may: release?.may ?? policy.release.may,
    })),
  ]
  return releases.flatMap(({ path, ticked = [], may }) =>
    ticked
      .filter((artefact) => !may.includes(artefact))
      .map((artefact) => ({
        where: placeOf(path, placed),
        what: `${path.join('.')}: "${artefact}" is not in release.may`,
        remedy: `Allow it in release.may, or do not tick it. Allowed: ${may.join(', ') || 'nothing'}.`,
      })),
  )
}

/** Data that participants' code would read without a word in the policy that says so. */
function findUnsaidReaders({ data }: PolicyFile, placed: PlacedDocument): Problem[] {
  return data.flatMap(({ runs, beside_participant_code }, index) => {
    const readers = runs.filter((run) => run !== 'scoring')
    if (readers.length === 0 || beside_participant_code) return []
    return [
      {
        where: placeOf(['data', index, 'runs'], placed),
        what: `data.${index}.runs: participants' code runs in "${readers.join('" and "')}", and could read this folder`,
        remedy: 'Name only scoring, or add beside_participant_code: true to this entry if that is meant.',
      },
    ]
  })
}

/** Checks that the site requires and a competition would do without. */
function findLoosenedChecks({ checks, competitions }: PolicyFile, placed: PlacedDocument): Problem[] {
  return Object.entries(competitions).flatMap(([pattern, own]) =>
    CHECK_NAMES.filter((name) => {
      const mode = own.checks?.run?.[name]
      return checks.run?.[name] === 'required' && mode !== undefined && mode !== 'required'
    }).map((name) => {
      const path = ['competitions', pattern, 'checks', 'run', name]
      return {
        where: placeOf(path, placed),
        what: `${path.join('.')}: the site requires this check everywhere`,
        remedy: 'Leave the line out, or set the check to "on" for the site.',
      }
    }),
  )
}

/** Competitions that nobody could approve: fewer reviewers are named than must approve. */
function findTooFewReviewers({ review, competitions }: PolicyFile, placed: PlacedDocument): Problem[] {
  const places = [
    { path: ['review', 'reviewers'], ...review },
    ...Object.entries(competitions).map(([pattern, own]) => ({
      path: [
        'competitions',
        pattern,
        'review',
        own.review?.reviewers === undefined ? 'approvals' : 'reviewers',
      ],
      approvals: own.review?.approvals ?? review.approvals,
      two_for: own.review?.two_for ?? review.two_for,
      reviewers: own.review?.reviewers ?? review.reviewers,
    })),
  ]
  return places.flatMap(({ path, approvals, two_for, reviewers }) => {
    const people = new Set((reviewers ?? []).map((name) => name.toLowerCase()))
    if (reviewers === undefined || people.size >= 2 || (approvals === 1 && two_for.length === 0)) return []
    return [
      {
        where: placeOf(path, placed),
        what: `${path.join('.')}: two reviewers must approve, and only one is named`,
        remedy: 'Name two reviewers at least, or leave the list out so that every reviewer may decide.',
      },
    ]
  })
}

/** A year of working time is several on the clock: more is a mistake, and would be counted day by day. */
const LONGEST_WORKING_SECONDS = 365 * 86_400

/** Time-outs of working time that nobody would live to see. */
function findEndlessTimeOuts({ review, competitions }: PolicyFile, placed: PlacedDocument): Problem[] {
  const places = [
    { path: ['review'], ...review },
    ...Object.entries(competitions).map(([pattern, own]) => ({
      path: ['competitions', pattern, 'review'],
      timeout: own.review?.timeout ?? review.timeout,
      calendar: own.review?.calendar ?? review.calendar,
    })),
  ]
  return places.flatMap(({ path, timeout, calendar }) => {
    if (calendar === undefined || calendar === 'none' || timeout <= LONGEST_WORKING_SECONDS) return []
    return [
      {
        where: placeOf([...path, 'timeout'], placed),
        what: `${path.join('.')}.timeout: more than 365d, and only working time counts`,
        remedy: 'Write the working time: 24h are two days and four hours of a day of ten hours.',
      },
    ]
  })
}

/** The keys of a part of the file from top to bottom; an object would put those that look like numbers first. */
function keysInOrder(document: Document, part: string, read: Readonly<Record<string, unknown>>): string[] {
  const node = document.get(part)
  const written = isMap(node) ? node.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')) : []
  const known = written.filter((key) => Object.hasOwn(read, key))
  return [...known, ...Object.keys(read).filter((key) => !known.includes(key))]
}

/** The rules that hold for a competition, found by its id or by a pattern for its title; the first that matches. */
export function rulesFor(policy: Policy, competition: { id: number; title: string }): CompetitionRules {
  const pattern = policy.competitionPatterns.find((one) => matchesCompetition(one, competition))
  const own = pattern === undefined ? undefined : policy.competitions[pattern]
  const releasable = own?.release?.may ?? policy.release.may
  // Ticks that a competition does not set are the site's, as far as the competition lets them leave.
  const ticked = own?.release?.ticked ?? policy.release.ticked ?? DEFAULT_TICKED
  const decimals = own?.release?.decimals ?? policy.release.decimals
  const range = own?.release?.range ?? policy.release.range
  const columns = own?.release?.columns ?? policy.release.columns
  const budget = own?.budget ?? policy.budget
  const reviewers = own?.review?.reviewers ?? policy.review.reviewers
  const calendar = own?.review?.calendar ?? policy.review.calendar
  return {
    review: own?.review?.required ?? policy.review.required,
    timeoutSeconds: own?.review?.timeout ?? policy.review.timeout,
    ...(calendar === undefined || calendar === 'none' ? {} : { calendar }),
    failures: own?.review?.failures ?? policy.review.failures,
    unseen: own?.review?.unseen ?? policy.review.unseen,
    approvals: own?.review?.approvals ?? policy.review.approvals,
    twoFor: [...(own?.review?.two_for ?? policy.review.two_for)],
    ...(reviewers === undefined ? {} : { reviewers: [...reviewers] }),
    conflicts: conflictsOf(policy, competition, own?.review?.conflicts),
    signed: own?.review?.signed ?? policy.review.signed,
    releasable: [...releasable],
    ticked: ticked.filter((artefact) => releasable.includes(artefact)),
    ...(decimals === undefined ? {} : { decimals }),
    ...(range === undefined ? {} : { range }),
    ...(columns === undefined ? {} : { columns }),
    ...(budget === undefined ? {} : { budgetBits: budget.bits }),
    retentionSeconds: own?.retention ?? policy.retention,
    checks: checkRules(policy.checks, own?.checks),
  }
}

/** Everybody who has a part in a competition, wherever the policy says so: here no line takes the place of another. */
function conflictsOf(
  policy: Policy,
  competition: { id: number; title: string },
  own: readonly string[] | undefined,
): string[] {
  const fitting = Object.entries(policy.review.conflicts).filter(([pattern]) =>
    matchesCompetition(pattern, competition),
  )
  return [...new Set([...(own ?? []), ...fitting.flatMap(([, names]) => names)])].sort()
}

/** Each key by itself: the competition's, else the site's, else what holds where nothing is said. */
function checkRules(site: PolicyFile['checks'], own: PolicyFile['checks'] | undefined): CheckRules {
  const rules = DEFAULT_CHECK_RULES
  return {
    approval: own?.approval ?? site.approval ?? rules.approval,
    timeLimitSeconds: own?.time_limit ?? site.time_limit ?? rules.timeLimitSeconds,
    run: { ...site.run, ...own?.run },
    smallCountsBelow: own?.small_counts_below ?? site.small_counts_below ?? rules.smallCountsBelow,
    textVolumeOverBytes: own?.text_volume_over ?? site.text_volume_over ?? rules.textVolumeOverBytes,
    hexRunFrom: own?.hex_run_from ?? site.hex_run_from ?? rules.hexRunFrom,
    base64RunFrom: own?.base64_run_from ?? site.base64_run_from ?? rules.base64RunFrom,
    fileKinds: [...(own?.file_kinds ?? site.file_kinds ?? rules.fileKinds)],
  }
}

/** Whether a person must look: the strictest of policy and platform wins (design rule 3). */
export function needsReview(rules: Pick<CompetitionRules, 'review'>, humanInTheLoop: boolean): boolean {
  return rules.review === 'always' || humanInTheLoop
}

/** What a worker needs to know of the policy, and no more. */
export function workerSite(
  policy: Policy,
  digest: Digest,
  codabenchKeys?: Pick<CodabenchSite, 'runKey' | 'returnKey'>,
): WorkerSite {
  const { limits } = policy
  const platforms = codabenchPlatforms(policy)
  return {
    policyDigest: digest,
    images: [...policy.imageRules],
    limits: {
      memoryBytes: limits.memory,
      cpus: limits.cpus,
      processes: limits.processes,
      openFiles: limits.open_files,
      outputBytes: limits.output,
      outputFiles: limits.output_files,
      logBytes: limits.log,
      scratchBytes: limits.scratch,
      timeSeconds: limits.time,
      inputBytes: limits.input,
      cacheBytes: limits.cache,
    },
    data: policy.data.map(({ competition, source, target, runs }) => ({ competition, source, target, runs })),
    competitions: policy.competitionPatterns.map((pattern) => ({
      pattern,
      sideBySide: policy.competitions[pattern]?.side_by_side ?? false,
    })),
    ...(platforms.length > 0 && codabenchKeys !== undefined
      ? // One by one: whoever has these keys may have others beside them.
        { codabench: { platforms, runKey: codabenchKeys.runKey, returnKey: codabenchKeys.returnKey } }
      : {}),
  }
}

/** The Codabench competitions that the site serves, as a worker needs to know them. */
function codabenchPlatforms(policy: Policy): CodabenchPlatform[] {
  return policy.codabench.map(({ api, competition, phases, columns, storage }) => ({
    api,
    competition,
    ...(phases === undefined ? {} : { phases }),
    columns: columns.map((column) => ScoreColumn.parse({ title: column.key, ...column })),
    storage,
  }))
}
