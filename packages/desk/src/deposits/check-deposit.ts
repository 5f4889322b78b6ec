import { manifestDigest } from '@scoregate/gate/manifest'
import type { Deposit } from '@scoregate/protocol/deposit'
import { type Problem, ScoregateError } from '@scoregate/protocol/errors'

/**
 * Refuses a deposit that does not agree with itself or is not for a platform of this site, naming all that is wrong.
 * A worker is trusted to seal, not to be free of errors: what a reviewer decides must be one thing, whoever reads it.
 */
export function checkDeposit(deposit: Deposit, platforms: readonly string[]): void {
  const { job, manifest } = deposit
  const problems: Problem[] = []
  const mustAgree = (where: string, given: unknown, expected: unknown) => {
    if (given === expected) return
    problems.push({
      where,
      what: `is ${String(given)}, expected ${String(expected)}`,
      remedy: 'Seal the run again.',
    })
  }
  mustAgree('manifestDigest', deposit.manifestDigest, manifestDigest(manifest))
  mustAgree('manifest.jobId', manifest.jobId, job.jobId)
  mustAgree('manifest.attempt', manifest.attempt, job.attempt)
  mustAgree('manifest.submissionId', manifest.submissionId, job.submission.id)
  mustAgree('manifest.platform', manifest.platform, deposit.platform)
  const names = new Set<string>()
  for (const { section, path } of manifest.entries) {
    const name = `${section}/${path}`
    if (names.has(name)) {
      problems.push({ where: 'manifest.entries', what: `names ${name} twice`, remedy: 'Seal the run again.' })
    }
    names.add(name)
  }
  if (!platforms.includes(normalPlatform(deposit.platform))) {
    problems.push({
      where: 'platform',
      what: `${deposit.platform} is not a platform that this desk serves`,
      remedy: `Let the worker take jobs from ${platforms.join(' or ')}, or add the platform to the desk's settings.`,
    })
  }
  if (problems.length === 0) return
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-deposit',
    message: 'The deposit was refused, since its parts do not agree.',
    remedy: 'Correct what is listed; nothing was stored but the files that came before it.',
    problems: problems.slice(0, 100),
  })
}

/** The address of a platform in the one spelling in which two of them are compared. */
export function normalPlatform(url: string): string {
  return new URL(url).href.replace(/\/+$/, '')
}
