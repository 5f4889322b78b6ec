import { join } from 'node:path'
import type { CanonicalScore, ScoreColumn } from '@scoregate/protocol/columns'
import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import type { Ending, EscapeCase, SandboxName } from './case.ts'
import type { Crossing } from './crossing.ts'
import { recoverSecret } from './oracle/recover-secret.ts'
import type { EscapeSite } from './rig/escape-site.ts'
import { endingOf, type JobResult, openStage, type Stage, statusSequence } from './rig/stage.ts'

/** What came of one case in one sandbox. */
export type CaseResult = {
  readonly id: string
  readonly family: number
  readonly sandbox: SandboxName
  /**
   * `escaped`: more bits of the secret were found outside than closed words and declared scores may carry, or somebody was
   * reached on the network.
   */
  readonly outcome: 'escaped' | Ending
  readonly expected: Ending
  /** Bits of the secret that the oracle recovered. */
  readonly bits: number
  /** What status words and the released scores could carry at most. */
  readonly allowedBits: number
  /** How the oracle decoded what it found. */
  readonly path: string
  readonly seconds: number
  /** Why the case could not be played to its end; then it counts as not as expected. */
  readonly trouble?: string
  /** The words that the platform heard, one line for each job. */
  readonly heard: string
  /** What worker and desk logged meanwhile, for whoever looks for the cause. */
  readonly log: readonly string[]
}

/** Where the folders of the cases are. */
export const CASES_FOLDER = join(import.meta.dirname, 'cases')

/** Whether a case came out as it must. */
export function isAsExpected(result: CaseResult): boolean {
  return result.trouble === undefined && result.outcome === result.expected
}

/** Plays one case on a site that was started for it. */
export async function runCase(site: EscapeSite, attack: EscapeCase): Promise<CaseResult> {
  const startedAt = performance.now()
  const from = site.boundary.crossings.length
  const { id, family, expect } = attack
  const stage = openStage(site, attack, join(CASES_FOLDER, id))
  const played = await play(stage, attack)

  const jobs = new Set(stage.submitted.map(({ jobId }) => jobId))
  const crossed: Crossing[] = site.boundary.crossings
    .slice(from)
    .filter(({ jobId }) => jobId === undefined || jobs.has(jobId))
  const heard = statusSequence(stage)
  crossed.push({ channel: 'status-sequence', bytes: Buffer.from(heard), at: site.boundary.crossings.length })
  const { bits, path } = recoverSecret(crossed, stage.secret)
  const allowedBits = allowedBitsOf(stage, attack)
  return {
    id,
    family,
    sandbox: site.sandbox.name,
    // Nobody outside may be reached at all, with or without words.
    outcome:
      bits > allowedBits || crossed.some(({ channel }) => channel === 'network') ? 'escaped' : played.ending,
    expected: expect,
    bits,
    allowedBits,
    path,
    seconds: (performance.now() - startedAt) / 1000,
    ...(played.trouble === undefined ? {} : { trouble: played.trouble }),
    heard,
    log: crossed
      .filter(({ channel }) => channel === 'log')
      .map(({ bytes: line }) => line.toString('utf8').trim()),
  }
}

async function play(stage: Stage, attack: EscapeCase): Promise<{ ending: Ending; trouble?: string }> {
  const variable = `SCOREGATE_ESCAPE_${stage.secret.token}`
  process.env[variable] = stage.secret.token
  try {
    if (attack.act !== undefined) return { ending: await attack.act(stage) }
    const results = await playJobs(stage, attack)
    return { ending: results.every((result) => endingOf(result) === 'refused') ? 'refused' : 'contained' }
  } catch (error) {
    return {
      ending: 'refused',
      trouble: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  } finally {
    delete process.env[variable]
  }
}

async function playJobs(stage: Stage, attack: EscapeCase): Promise<JobResult[]> {
  const { secret, host, site } = stage
  const jobs = attack.jobs?.({ secret, host, sandbox: site.sandbox.name }) ?? [{}]
  const results: JobResult[] = []
  for (const job of jobs) {
    const result = await stage.result(await stage.submit(job))
    // A run that broke off by itself tried nothing, so that nothing got out of it proves nothing.
    if (result.kind === 'held' && result.hold.failure === 'worker-failed')
      throw new Error('The worker failed.')
    const isLast = results.length === jobs.length - 1
    if (attack.mustNotSee === 'every-run' || (attack.mustNotSee && isLast)) await crossHold(stage, result)
    await stage.decide(result, attack.review ?? 'scores')
    results.push(result)
  }
  return results
}

/** Lets everything that a run left count as crossed. */
async function crossHold({ site }: Stage, result: JobResult): Promise<void> {
  if (result.kind === 'not-run') return
  const { hold, job } = result
  for (const bytes of await site.reviewer.files(hold)) site.boundary.cross('inside', bytes, job.jobId)
  site.boundary.cross('inside', hold.files.map(({ path }) => path).join('\n'), job.jobId)
}

/** For each job: one word of the closed list, and the released scores on their declared grids (attacks.md, 4.1). */
function allowedBitsOf({ submitted, site }: Stage, { decimals }: EscapeCase): number {
  let bits = 0
  for (const { jobId, columns } of submitted) {
    bits += Math.log2(Object.keys(REASON_SENTENCES).length + 1)
    for (const heard of site.hub.heard(jobId)) {
      if (heard.kind !== 'outcome' || heard.outcome.kind !== 'released') continue
      for (const score of heard.outcome.scores) bits += bitsOf(score, columns, decimals)
    }
  }
  return bits
}

/** A column without a range can carry all the digits that a canonical score may have. */
const MOST_INTEGER_DIGITS = 15

function bitsOf(
  score: CanonicalScore,
  columns: readonly ScoreColumn[],
  most = Number.POSITIVE_INFINITY,
): number {
  const column = columns.find(({ key }) => key === score.column)
  if (column === undefined) return 0
  const [lowest, highest] = column.range ?? [-(10 ** MOST_INTEGER_DIGITS), 10 ** MOST_INTEGER_DIGITS]
  return Math.log2(1 + Math.floor((highest - lowest) * 10 ** Math.min(most, column.decimals)))
}
