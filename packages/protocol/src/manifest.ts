import { z } from 'zod'
import { Digest } from './digest.ts'
import { JobName } from './job.ts'

/**
 * The name of a file in a hold: relative, slash-separated, each part 1-255 bytes of visible ASCII but no `\`, no `:`,
 * not `.` or `..`, no leading or trailing space, no trailing dot. Names outside this grammar make a hold hostile
 * (attacks.md, families 4, 14 and 22).
 */
export const ManifestPath = z
  .string()
  .min(1)
  .max(1024)
  .refine((path) => path.split('/').every(isPlainName), 'a plain relative path')

const PLAIN_NAME = /^[\x20-\x7e]{1,255}$/
function isPlainName(name: string): boolean {
  return (
    PLAIN_NAME.test(name) && !/[\\:]/.test(name) && name !== '..' && name !== '.' && !/^ | $|\.$/.test(name)
  )
}

/**
 * Which part of a run a sealed file comes from. `ingestion_output` and `shared` are what an ingestion program wrote that runs
 * in the scoring step (`/app/output` and `/app/shared` of its room): a reviewer sees them, and no artefact is made of them.
 */
export const ManifestSection = z.enum(['scoring_output', 'predictions', 'logs', 'ingestion_output', 'shared'])
export type ManifestSection = z.infer<typeof ManifestSection>

export const ManifestEntry = z.strictObject({
  section: ManifestSection,
  path: ManifestPath,
  sizeBytes: z.int().min(0),
  sha256: Digest,
})
export type ManifestEntry = z.infer<typeof ManifestEntry>

/**
 * Text of a site or of a run that was made visible: printable ASCII, everything else written as an escape, and `…` where it
 * was cut. No name in a manifest can be longer, or carry anything that a reader would not see.
 */
const VisibleText = z.string().regex(/^[\x20-\x7e]*…?$/, 'printable ASCII')

/** Something that sealing met and could not represent; one is enough to make the hold hostile. */
export const SealRefusal = z.strictObject({
  section: ManifestSection,
  /** The path with everything unprintable escaped; cut to 1,000 characters. */
  shownPath: VisibleText.max(1100),
  kind: z.enum([
    'symbolic-link',
    'hard-link',
    'special-file',
    'bad-name',
    'twin-name',
    'too-deep',
    'too-many-files',
    'too-large',
    'sparse',
    'changed-while-read',
    'unreadable',
  ]),
})
export type SealRefusal = z.infer<typeof SealRefusal>

/** How one program of the run ended; `reason` is absent when it ended well. */
export const ProgramEnd = z.strictObject({
  program: z.enum(['ingestion', 'submission', 'scoring']),
  kind: z.enum(['exited', 'time-limit', 'memory-limit', 'output-limit', 'sandbox-failed', 'not-run']),
  exitCode: z.int().optional(),
  /** Rounded up to whole seconds. */
  elapsedSeconds: z.int().min(0),
  /** The image of the site that the program ran in, by the name that the policy gives it, escaped. */
  image: VisibleText.max(600),
  /** What that name stood for when the program ran; absent where an image has no digest (bubblewrap), or nothing ran. */
  imageDigest: Digest.optional(),
  logsTruncated: z.boolean(),
})
export type ProgramEnd = z.infer<typeof ProgramEnd>

/**
 * What is in a hold, made by the worker that sealed it. Its canonical JSON (RFC 8785) is hashed with SHA-256, and that
 * digest is the hold's identity: a decision names it, a release re-verifies it. `entries` are sorted by section and path.
 * Everything in it is a digest, a number, a closed word, a name of the grammar above, or escaped text.
 */
export const Manifest = z.strictObject({
  format: z.literal('scoregate-manifest/1'),
  jobId: JobName,
  attempt: z.int().min(1),
  submissionId: z.int().min(1),
  platform: z.url().regex(/^[\x21-\x7e]{1,2048}$/, 'printable ASCII'),
  sealedAt: z.iso.datetime(),
  /**
   * Random, and never outside the site: the digest of the manifest goes up before any decision, and whoever could guess all
   * else would learn by it whether a guess of what a file says is right.
   */
  salt: z.string().regex(/^[0-9a-f]{64}$/, '32 bytes in hex'),
  /** The policy under which it ran. */
  policyDigest: Digest,
  /** What confined its programs. */
  sandbox: z.enum(['engine', 'bubblewrap']),
  /** Digests of the archives that the run was made from. */
  inputs: z.partialRecord(
    z.enum(['submission', 'scoringProgram', 'ingestionProgram', 'inputData', 'referenceData']),
    Digest,
  ),
  programs: z.array(ProgramEnd),
  entries: z.array(ManifestEntry),
  refusals: z.array(SealRefusal),
})
export type Manifest = z.infer<typeof Manifest>
