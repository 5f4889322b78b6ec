import { createHash } from 'node:crypto'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { ImageRule, WorkerSite } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import type { Problem } from '@scoregate/protocol/errors'
import { LineCounter, parseDocument } from 'yaml'
import { allowedKeys } from './allowed-keys.ts'
import { canonicalJson, type JsonValue } from './canonical-json.ts'
import { resolveImage as resolve } from './image-rules.ts'
import { problemsOf } from './policy-problems.ts'
import { PolicyFile } from './policy-schema.ts'
import { STARTER_POLICY as STARTER } from './starter-policy.ts'
import { matchesCompetition } from './wildcard.ts'

/** The site's rules, checked. */
export type Policy = PolicyFile & { readonly imageRules: readonly ImageRule[] }

/** What a policy file is: rules with their digest, or everything that is wrong with it. */
export type PolicyReading =
  | { readonly kind: 'valid'; readonly policy: Policy; readonly digest: Digest }
  | { readonly kind: 'invalid'; readonly problems: Problem[] }

/** The rules for one competition: the site's, with what the policy says for that competition in their place. */
export type CompetitionRules = {
  readonly review: 'always' | 'when-asked'
  readonly timeoutSeconds: number
  readonly failures: 'at-once' | 'after-review'
  readonly releasable: ArtefactName[]
  readonly ticked: ArtefactName[]
  readonly decimals?: number
  readonly retentionSeconds: number
}

/** The policy that `npm start` writes for trying things out. */
export const STARTER_POLICY = STARTER

/** Which image of the site stands for a name that a competition uses. */
export const resolveImage = resolve

/**
 * Reads a policy file. Every problem is told at once, with `file:line:column`, the key and what is allowed; a policy
 * with a problem is no policy.
 */
export function parsePolicy(text: string, fileName: string): PolicyReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true })
  if (document.errors.length > 0) {
    return {
      kind: 'invalid',
      problems: document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0])
        return {
          where: `${fileName}:${line}:${col}`,
          what: error.message.split('\n')[0] ?? error.code,
          remedy: 'Write it as YAML: one key a line, two spaces for each level, each key once.',
        }
      }),
    }
  }
  // Aliases would let a few lines stand for very many; a policy needs none.
  const parsed = PolicyFile.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {})
  const issues = parsed.success ? [] : parsed.error.issues
  const problems = problemsOf(issues, {
    document,
    lines,
    fileName,
    allowedKeys: (path) => allowedKeys(PolicyFile, path),
  })
  if (!parsed.success) return { kind: 'invalid', problems }
  const contradictions = tickedButForbidden(parsed.data).map((what) => ({
    where: fileName,
    what,
    remedy: 'Allow it in release.may, or do not tick it.',
  }))
  if (contradictions.length > 0) return { kind: 'invalid', problems: contradictions }
  // By way of JSON, keys without a value are gone, as they are from the file.
  const plain: JsonValue = JSON.parse(JSON.stringify(parsed.data))
  const digest = createHash('sha256').update(canonicalJson(plain)).digest('hex')
  return {
    kind: 'valid',
    policy: { ...parsed.data, imageRules: imageRules(parsed.data) },
    digest: Digest.parse(digest),
  }
}

function tickedButForbidden(policy: PolicyFile): string[] {
  const names = Object.keys(policy.competitions)
  return [undefined, ...names].flatMap((name) => {
    const { releasable, ticked } = rulesOf(policy, name)
    return ticked
      .filter((artefact) => !releasable.includes(artefact))
      .map(
        (artefact) =>
          `${name === undefined ? '' : `competitions.${name}.`}release.ticked: ${artefact} is not in release.may`,
      )
  })
}

function imageRules(policy: PolicyFile): ImageRule[] {
  return Object.entries(policy.images).map(([pattern, image]) => {
    if (typeof image !== 'string') {
      return {
        pattern,
        ...(image.engine === undefined ? {} : { engine: image.engine }),
        ...(image.bubblewrap === undefined ? {} : { bubblewrap: image.bubblewrap }),
      }
    }
    // An engine has no image of such a name, and bubblewrap has nothing but such names.
    return image === 'host' || image.startsWith('/')
      ? { pattern, bubblewrap: image }
      : { pattern, engine: image }
  })
}

/** The rules that hold for a competition, found by its id or by a pattern for its title; the first that matches. */
export function rulesFor(policy: Policy, competition: { id: number; title: string }): CompetitionRules {
  const name = Object.keys(policy.competitions).find((pattern) => matchesCompetition(pattern, competition))
  return rulesOf(policy, name)
}

function rulesOf(policy: PolicyFile, competition: string | undefined): CompetitionRules {
  const own = competition === undefined ? undefined : policy.competitions[competition]
  const decimals = own?.release?.decimals ?? policy.release.decimals
  return {
    review: own?.review?.required ?? policy.review.required,
    timeoutSeconds: own?.review?.timeout ?? policy.review.timeout,
    failures: own?.review?.failures ?? policy.review.failures,
    releasable: own?.release?.may ?? policy.release.may,
    ticked: own?.release?.ticked ?? policy.release.ticked,
    ...(decimals === undefined ? {} : { decimals }),
    retentionSeconds: own?.retention ?? policy.retention,
  }
}

/** Whether a person must look: the strictest of policy and platform wins (design rule 3). */
export function needsReview(rules: Pick<CompetitionRules, 'review'>, humanInTheLoop: boolean): boolean {
  return rules.review === 'always' || humanInTheLoop
}

/** What a worker needs to know of the policy, and no more. */
export function workerSite(policy: Policy, digest: Digest): WorkerSite {
  const { limits } = policy
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
    },
    data: policy.data,
  }
}
