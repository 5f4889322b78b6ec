import { ArtefactName } from '@scoregate/protocol/artefact'
import { Duration } from '@scoregate/protocol/durations'
import { z } from 'zod'
import { BYTE_SIZE_WORDS, ByteSize } from './byte-size.ts'
import { CheckModes, CheckRules } from './checks/check-rules.ts'
import { FILE_KINDS } from './checks/file-signature.ts'
import { FindingRank } from './checks/finding.ts'
import { WorkingCalendar } from './deadlines/working-hours.ts'

const DURATION_WORDS = 'a whole number and a unit: 30s, 15m, 24h or 7d'

/** The protocol's duration; here a bare number, too, is told what to write. */
const PolicyDuration = z.string({ error: DURATION_WORDS }).pipe(Duration)

function textUpTo(longest: number) {
  const error = `text of 1 to ${longest} characters`
  return z.string({ error }).min(1, { error }).max(longest, { error })
}

function wholeNumber(lowest: number, highest: number) {
  const error = `a whole number from ${lowest} to ${highest}`
  return z.int({ error }).min(lowest, { error }).max(highest, { error })
}

const CPUS_WORDS = 'a number above 0 and up to 1024; fractions are allowed'
const IMAGE_WORDS =
  'an image, "host", an absolute path, or keys: engine, bubblewrap (one of them at least), digest, pull, gpu'

/** Where a run has folders of its own, which the site's data cannot take the place of. */
const TAKEN_TARGETS: readonly string[] = ['program', 'output', 'input', 'ingested_program', 'shared'].map(
  (name) => `/app/${name}`,
)
const TARGET_WORDS =
  '/app/input_data, /app/input/ref, or a folder directly below /app that no run has (not program, output, input, ingested_program, shared)'

const LOGS = ['ingestion_stdout', 'ingestion_stderr', 'scoring_stdout', 'scoring_stderr'] as const

/** A list of artefacts; `logs` is short for the four log streams. */
const Artefacts = z
  .array(z.enum([...ArtefactName.options, 'logs']))
  .transform((names) => [...new Set(names.flatMap((name) => (name === 'logs' ? [...LOGS] : [name])))])

const REVIEWER_WORDS = 'a name at this desk: 2 to 64 letters, digits, and _ . -'
/** Names are compared without regard to capital letters. */
const ReviewerNames = z
  .array(z.string({ error: REVIEWER_WORDS }).regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$/, REVIEWER_WORDS))
  .max(1000)

const APPROVALS_WORDS = 'how many must approve: 1, or 2'

/** Who decides, and how many of them. */
const DecidingRules = {
  approvals: z.union([z.literal(1), z.literal(2)], { error: APPROVALS_WORDS }),
  /** Ranks of findings that demand two where one is enough. */
  two_for: z.array(FindingRank),
  reviewers: ReviewerNames.min(1),
}

const ReviewRules = {
  required: z.enum(['always', 'when-asked']),
  timeout: PolicyDuration,
  failures: z.enum(['at-once', 'after-review']),
  unseen: z.enum(['refuse', 'warn']),
  signed: z.enum(['required', 'when-possible']),
}

const CALENDAR_WORDS = '"none", or the calendar of a site: timezone, days, hours, holidays'

const RANGE_WORDS = 'a list of the lowest and the highest value, [0, 1]'
const Bound = z.number({ error: RANGE_WORDS })
const Range = z
  .array(Bound, { error: RANGE_WORDS })
  .length(2, { error: RANGE_WORDS })
  .refine(([lowest = 0, highest = 0]) => lowest <= highest, RANGE_WORDS)
  .transform(([lowest = 0, highest = 0]): [number, number] => [lowest, highest])

const ScoreRules = { decimals: wholeNumber(0, 10), range: Range }
const ColumnRules = z.record(textUpTo(36), z.strictObject(ScoreRules).partial())
const ReleaseRules = { may: Artefacts, ticked: Artefacts, ...ScoreRules, columns: ColumnRules }

const BUDGET_WORDS = 'a number of bits from 1 to 1000000'
const Budget = z.strictObject({
  bits: z.number({ error: BUDGET_WORDS }).min(1, BUDGET_WORDS).max(1_000_000, BUDGET_WORDS),
})

/** The checks over a deposited hold: what is absent has the value of `DEFAULT_CHECK_RULES`. */
const Checks = z
  .strictObject({
    approval: CheckRules.shape.approval,
    time_limit: PolicyDuration,
    run: CheckModes,
    small_counts_below: wholeNumber(1, 1_000_000),
    text_volume_over: ByteSize,
    hex_run_from: wholeNumber(32, 100_000),
    base64_run_from: wholeNumber(24, 100_000),
    file_kinds: z.array(z.enum(FILE_KINDS)).min(1),
  })
  .partial()

/** What one competition has of its own; absent keys are the site's. */
const CompetitionOverride = z.strictObject({
  review: z
    .strictObject({
      ...ReviewRules,
      ...DecidingRules,
      conflicts: ReviewerNames,
      calendar: z.union([z.literal('none'), WorkingCalendar], { error: CALENDAR_WORDS }),
    })
    .partial()
    .optional(),
  release: z.strictObject(ReleaseRules).partial().optional(),
  retention: PolicyDuration.optional(),
  budget: Budget.optional(),
  checks: Checks.optional(),
  /** Where a task runs its ingestion program while scoring: at the same time, with one folder that both can write. */
  side_by_side: z.boolean().optional(),
})

/**
 * The image of the site. A plain `host` or path is bubblewrap's, since an engine has no image of such a name; any other
 * plain text is an engine's.
 */
const ENGINE_KEYS_WORDS = 'digest, pull and gpu beside an engine image'
const DIGEST_WORDS = 'one digest: in the image, as name@sha256:…, or as digest: sha256:…'
const PULL_WORDS = 'pull: if-missing with the name of an image and its digest; anything else could change'
const GPU_WORDS = 'names of devices as CDI has them: nvidia.com/gpu=all, nvidia.com/gpu=0'

const Image = z.preprocess(
  (written) => {
    if (typeof written !== 'string') return written
    return written === 'host' || written.startsWith('/') ? { bubblewrap: written } : { engine: written }
  },
  z
    .strictObject(
      {
        engine: textUpTo(512).optional(),
        bubblewrap: textUpTo(512)
          .refine((root) => root === 'host' || root.startsWith('/'), '"host" or an absolute path')
          .optional(),
        digest: z
          .string({ error: 'sha256: and 64 hexadecimal digits' })
          .regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits')
          .optional(),
        pull: z.enum(['never', 'if-missing']).optional(),
        gpu: z
          .array(
            z
              .string({ error: GPU_WORDS })
              .regex(/^[a-z0-9.-]+\/[A-Za-z0-9._-]+=[A-Za-z0-9._:-]+$/, GPU_WORDS),
          )
          .min(1)
          .max(64)
          .optional(),
      },
      { error: (issue) => (issue.code === 'invalid_type' ? IMAGE_WORDS : undefined) },
    )
    .refine((image) => image.engine !== undefined || image.bubblewrap !== undefined, IMAGE_WORDS)
    .refine(
      ({ engine, digest, pull, gpu }) => engine !== undefined || (digest ?? pull ?? gpu) === undefined,
      ENGINE_KEYS_WORDS,
    )
    .refine(({ engine, digest }) => digest === undefined || !isPinned(engine), DIGEST_WORDS)
    .refine(
      ({ engine, digest, pull }) =>
        pull !== 'if-missing' || (!isImageId(engine) && (digest !== undefined || isPinned(engine))),
      PULL_WORDS,
    ),
)

/** Whether a digest stands in it: of the image in its registry, or the image's own id. */
function isPinned(engineImage: string | undefined): boolean {
  return isImageId(engineImage) || /@sha256:[0-9a-f]{64}$/.test(engineImage ?? '')
}

function isImageId(engineImage: string | undefined): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(engineImage ?? '')
}

const WEBHOOK_HOST_WORDS =
  'a host, with its port if that is not 443: "chat.example.org", "chat.example.org:8443"; no "https://", no path, no "*"'

/** As a browser writes it, since it is compared as text: small letters, no port where it is the usual one. */
const WebhookHost = z
  .string({ error: WEBHOOK_HOST_WORDS })
  .max(260, WEBHOOK_HOST_WORDS)
  .regex(/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/, WEBHOOK_HOST_WORDS)
  .refine((host) => !host.endsWith(':443'), WEBHOOK_HOST_WORDS)

const API_WORDS = 'the address of an API without a slash at the end: https://www.codabench.org/api'
const ORIGIN_WORDS = 'an origin, without a path: https://storage.example.org'
const COLUMN_KEY_WORDS = 'a key of 1 to 36 characters, each once'

/** The columns of a leaderboard on a Codabench platform, whose job messages do not name them. */
const CodabenchColumns = z
  .array(
    z.strictObject({
      key: textUpTo(36),
      title: textUpTo(64).optional(),
      decimals: wholeNumber(0, 10).default(2),
      sorting: z.enum(['asc', 'desc']).default('desc'),
      range: Range.optional(),
    }),
  )
  .min(1)
  .refine((columns) => new Set(columns.map(({ key }) => key)).size === columns.length, COLUMN_KEY_WORDS)

/** A competition of a Codabench platform whose queue this site's workers serve. */
const CodabenchEntry = z.strictObject({
  api: z
    .string({ error: API_WORDS })
    .regex(/^https?:\/\/[^\s?#]+[^\s?#/]$/, API_WORDS)
    .refine((text) => URL.canParse(text), API_WORDS),
  competition: z.strictObject({ id: wholeNumber(1, 2 ** 31 - 1), title: textUpTo(256) }),
  /** If there are any, only jobs of these phases are of this competition. */
  phases: z
    .array(wholeNumber(1, 2 ** 31 - 1))
    .min(1)
    .optional(),
  columns: CodabenchColumns,
  storage: z
    .array(
      z
        .string({ error: ORIGIN_WORDS })
        .refine((text) => URL.canParse(text) && new URL(text).origin === text, ORIGIN_WORDS),
    )
    .default([]),
  /** Whether the platform knows the status "Awaiting validation"; those of before summer 2026 do not. */
  waiting_status: z.boolean().default(true),
})

/** The site's policy file as it is written; every absent key has the strict default. */
export const PolicyFile = z.strictObject({
  version: z.literal(1),
  site: textUpTo(200),
  review: z
    .strictObject({
      required: ReviewRules.required.default('always'),
      timeout: ReviewRules.timeout.default(86_400),
      failures: ReviewRules.failures.default('at-once'),
      /** Where only working time counts for `timeout`. */
      calendar: WorkingCalendar.optional(),
      /** Of a file that is ticked and that the reviewer has not been shown whole. */
      unseen: ReviewRules.unseen.default('refuse'),
      approvals: DecidingRules.approvals.default(1),
      two_for: DecidingRules.two_for.default([]),
      reviewers: DecidingRules.reviewers.optional(),
      /** Who has a part in a competition, by patterns for competitions: all that fit count. */
      conflicts: z.record(textUpTo(256), ReviewerNames).default({}),
      signed: ReviewRules.signed.default('when-possible'),
      /** How long others see that somebody is looking at a hold. */
      claim: PolicyDuration.default(900),
    })
    .prefault({}),
  release: z
    .strictObject({
      may: Artefacts.default([...ArtefactName.options]),
      ticked: Artefacts.optional(),
      decimals: ReleaseRules.decimals.optional(),
      range: ReleaseRules.range.optional(),
      columns: ReleaseRules.columns.optional(),
    })
    .prefault({}),
  retention: PolicyDuration.default(30 * 86_400),
  budget: Budget.optional(),
  checks: Checks.prefault({}),
  images: z.record(textUpTo(256), Image).default({}),
  limits: z
    .strictObject({
      memory: ByteSize.default(2 * 2 ** 30),
      cpus: z
        .number({ error: CPUS_WORDS })
        .positive({ error: CPUS_WORDS })
        .max(1024, { error: CPUS_WORDS })
        .default(1),
      processes: wholeNumber(1, 100_000).default(128),
      open_files: wholeNumber(16, 1_000_000).default(1024),
      output: ByteSize.default(2 ** 30),
      output_files: wholeNumber(1, 1_000_000).default(10_000),
      log: ByteSize.default(10 * 2 ** 20),
      scratch: ByteSize.default(256 * 2 ** 20),
      time: PolicyDuration.default(3600),
      input: ByteSize.default(4 * 2 ** 30),
      cache: z.union([z.literal(0), ByteSize], { error: `0, or ${BYTE_SIZE_WORDS}` }).default(10 * 2 ** 30),
    })
    .prefault({}),
  data: z
    .array(
      z.strictObject({
        competition: textUpTo(256),
        source: z.string({ error: 'an absolute path' }).startsWith('/', 'an absolute path'),
        target: z
          .string({ error: TARGET_WORDS })
          .regex(/^\/app\/(?:[A-Za-z0-9_][A-Za-z0-9._-]*|input\/ref)$/, TARGET_WORDS)
          .refine((target) => !TAKEN_TARGETS.includes(target), TARGET_WORDS),
        runs: z.array(z.enum(['ingestion', 'submission', 'scoring'])).min(1),
        /** In as many words, since whoever reads `runs` may not know what an ingestion program does. */
        beside_participant_code: z.boolean().default(false),
      }),
    )
    .default([]),
  competitions: z.record(textUpTo(256), CompetitionOverride).default({}),
  codabench: z.array(CodabenchEntry).max(100).default([]),
  notices: z.strictObject({ webhook_hosts: z.array(WebhookHost).max(100).optional() }).optional(),
})
export type PolicyFile = z.infer<typeof PolicyFile>
