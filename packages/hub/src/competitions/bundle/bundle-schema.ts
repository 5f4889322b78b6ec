import { z } from 'zod'
import { parseBundleDate } from './bundle-date.ts'

/**
 * `competition.yaml`, version 2, as Codabench documents it (protocol reference, 7.1-7.6), and three keys of ours:
 * `human_in_the_loop`, `phases_may_overlap` and `range` of a column. Strict: a key that nobody reads is a mistake that
 * somebody should hear of.
 */
const text = (max: number) =>
  z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().min(1).max(max))
const longText = z.preprocess((value) => value ?? '', z.string().max(100_000)).default('')
const path = z.string().min(1).max(1024)
const name = text(256)
/** YAML 1.1, which Codabench reads, has more words for truth than YAML 1.2. */
const WORDS_OF_TRUTH: Record<string, boolean> = { yes: true, on: true, no: false, off: false }
const flag = (fallback: boolean) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' ? (WORDS_OF_TRUTH[value.toLowerCase()] ?? value) : value),
      z.boolean(),
    )
    .default(fallback)
const count = (fallback: number) => z.int().min(0).max(1_000_000).default(fallback)
const taskIndex = z.union([z.int(), z.string().min(1)]).transform(String)
const date = z.string().transform((written, context) => {
  const parsed = parseBundleDate(written)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: DATE_PROBLEM })
  return z.NEVER
})
export const DATE_PROBLEM = 'is not a date'

export const BundlePage = z.strictObject({ title: name, file: path })

export const BundleTask = z.strictObject({
  index: taskIndex,
  key: z.string().optional(),
  name: name.optional(),
  description: longText,
  scoring_program: path.optional(),
  ingestion_program: path.optional(),
  input_data: path.optional(),
  reference_data: path.optional(),
  ingestion_only_during_scoring: flag(false),
  is_public: z.boolean().optional(),
})

export const BundlePhase = z.strictObject({
  index: z.int().default(0),
  name,
  description: longText,
  start: date,
  end: z.preprocess((value) => value ?? undefined, date.optional()).optional(),
  tasks: z.array(taskIndex).min(1),
  max_submissions: count(100),
  max_submissions_per_day: count(5),
  execution_time_limit: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .default(600),
  auto_migrate_to_this_phase: flag(false),
  hide_output: flag(false),
  hide_prediction_output: flag(false),
  hide_score_output: flag(false),
  starting_kit: path.optional(),
  public_data: path.optional(),
  accepts_only_result_submissions: flag(false),
})

const indexes = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => Number(part)) : value),
  z.array(z.int()).min(1),
)

export const BundleColumn = z.strictObject({
  title: text(36),
  key: text(36),
  index: z.int().min(0),
  sorting: z.enum(['desc', 'asc']).default('desc'),
  computation: z.enum(['avg', 'sum', 'min', 'max']).optional(),
  computation_indexes: indexes.optional(),
  hidden: flag(false),
  precision: z.int().min(0).max(10).default(2),
  range: z.tuple([z.number(), z.number()]).optional(),
})

export const BundleLeaderboard = z.strictObject({
  title: text(64),
  key: text(36),
  hidden: flag(false),
  submission_rule: z
    .enum([
      'Add',
      'Add_And_Delete',
      'Add_And_Delete_Multiple',
      'Force_Last',
      'Force_Latest_Multiple',
      'Force_Best',
    ])
    .default('Add'),
  primary_index: z.int().min(0).default(0),
  columns: z.array(BundleColumn).min(1).max(64),
})

export const BundleSolution = z.strictObject({
  index: taskIndex,
  tasks: z.array(taskIndex),
  key: z.string().optional(),
  path: path.optional(),
  name: name.optional(),
  description: longText,
})

const FactSheetQuestion = z.strictObject({
  key: z.string(),
  type: z.enum(['checkbox', 'text', 'select']),
  title: z.string(),
  selection: z.union([z.array(z.unknown()), z.literal('')]),
  is_required: z.union([z.enum(['true', 'false']), z.boolean().transform(String)]),
  is_on_leaderboard: z.union([z.enum(['true', 'false']), z.boolean().transform(String)]),
})

export const BundleTop = z.strictObject({
  version: z.union([z.literal(2), z.literal('2')]),
  title: name,
  description: longText,
  image: path,
  terms: path,
  pages: z.preprocess((value) => value ?? [], z.array(BundlePage)),
  tasks: z.array(BundleTask).min(1),
  phases: z.array(BundlePhase).min(1),
  leaderboards: z.array(BundleLeaderboard).min(1),
  solutions: z.preprocess((value) => value ?? [], z.array(BundleSolution)).default([]),
  fact_sheet: z.record(z.string(), FactSheetQuestion).nullish(),
  registration_auto_approve: flag(false),
  docker_image: text(128).default('codalab/codalab-legacy:py37'),
  queue: z.string().nullish(),
  competition_type: z.enum(['competition', 'benchmark']).default('competition'),
  enable_detailed_results: flag(false),
  show_detailed_results_in_submission_panel: flag(true),
  show_detailed_results_in_leaderboard: flag(true),
  auto_run_submissions: flag(true),
  can_participants_make_submissions_public: flag(true),
  make_programs_available: flag(false),
  make_input_data_available: flag(false),
  reward: text(256).nullish(),
  contact_email: z.email().nullish(),
  forum_enabled: flag(true),
  human_in_the_loop: flag(false),
  phases_may_overlap: flag(false),
})
export type BundleTop = z.infer<typeof BundleTop>

/** The keys that may stand at a path, for "did you mean"; `undefined` where any may. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] | undefined {
  const [list, , inner] = path
  if (path.length === 0) return Object.keys(BundleTop.shape)
  if (list === 'leaderboards')
    return Object.keys((inner === 'columns' ? BundleColumn : BundleLeaderboard).shape)
  if (list === 'pages') return Object.keys(BundlePage.shape)
  if (list === 'tasks') return Object.keys(BundleTask.shape)
  if (list === 'phases') return Object.keys(BundlePhase.shape)
  if (list === 'solutions') return Object.keys(BundleSolution.shape)
  if (list === 'fact_sheet') return Object.keys(FactSheetQuestion.shape)
  return undefined
}
