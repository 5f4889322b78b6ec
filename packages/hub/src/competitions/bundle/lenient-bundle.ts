import { z } from 'zod'

/**
 * The parts of a bundle that other parts refer to, read as far as they can be read: what the strict schema refuses is
 * absent here. So that rules between parts can be checked, and reported, together with the errors of the schema.
 */
const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)
const list = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((v) => (Array.isArray(v) ? v : []), z.array(schema))
const index = maybe(z.union([z.int(), z.string()]).transform(String))
const text = maybe(z.string())
const item = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((v) => (typeof v === 'object' && v !== null && !Array.isArray(v) ? v : {}), z.object(shape))

const LenientBundle = item({
  image: text,
  terms: text,
  phases_may_overlap: z.unknown().optional(),
  queue: z.unknown().optional(),
  pages: list(item({ file: text })),
  tasks: list(
    item({
      index,
      key: z.unknown().optional(),
      name: z.unknown().optional(),
      scoring_program: text,
      ingestion_program: text,
      input_data: text,
      reference_data: text,
    }),
  ),
  phases: list(
    item({
      index: z.int().catch(0).default(0),
      start: text,
      end: text,
      tasks: list(index),
      auto_migrate_to_this_phase: z.unknown().optional(),
      starting_kit: text,
      public_data: text,
    }),
  ),
  leaderboards: list(
    item({
      primary_index: z.int().catch(0).default(0),
      columns: list(
        item({
          key: text,
          index: maybe(z.int()),
          computation: z.unknown().optional(),
          computation_indexes: maybe(
            z.preprocess((v) => (typeof v === 'string' ? v.split(',').map(Number) : v), z.array(z.int())),
          ),
          range: maybe(z.tuple([z.number(), z.number()])),
        }),
      ),
    }),
  ),
  solutions: list(item({ index, tasks: list(index), path: text, key: z.unknown().optional() })),
})
export type LenientBundle = z.infer<typeof LenientBundle>

/** Never throws. */
export function readLeniently(value: unknown): LenientBundle {
  return LenientBundle.parse(value)
}
