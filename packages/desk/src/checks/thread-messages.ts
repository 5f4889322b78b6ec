import { CheckRules } from '@scoregate/gate/check-rules'
import { Finding } from '@scoregate/gate/finding'
import { SKETCH_SIZE } from '@scoregate/gate/line-sketch'
import { ScoreColumn } from '@scoregate/protocol/columns'
import { Digest } from '@scoregate/protocol/digest'
import { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import { z } from 'zod'

/** A `LineSketch` between threads and in the records. */
export const SketchOfLines = z.strictObject({
  lines: z.int().min(0),
  smallest: z.array(z.int().min(0).max(0xffffffff)).max(SKETCH_SIZE),
})

/** What the thread of the checks is started with. */
export const ThreadData = z.object({ vaultFolder: z.string() })

/** A hold to look at. */
export const ThreadTask = z.object({
  manifest: Manifest,
  scoresFile: ManifestEntry.optional(),
  columns: z.array(ScoreColumn),
  rules: CheckRules,
  history: z.object({
    knownFiles: z.set(z.string()),
    hasApproved: z.boolean(),
    ownRunSeconds: z.array(z.number()),
    othersWithFile: z.map(Digest, z.number()),
    othersSketches: z.array(z.strictObject({ participantId: z.number(), sketch: SketchOfLines })),
  }),
})

/** What the thread says of it: what it found and how far it is, in pieces, and that it is done. */
export const ThreadWord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('found'), findings: z.array(Finding) }),
  z.strictObject({ kind: z.literal('progress'), checkedBytes: z.number() }),
  z.strictObject({ kind: z.literal('sketched'), sketch: SketchOfLines }),
  z.strictObject({ kind: z.literal('done') }),
])
export type ThreadWord = z.infer<typeof ThreadWord>
