import type { ReturnAddress } from '@scoregate/protocol/codabench/return-address'
import type { Deposit } from '@scoregate/protocol/deposit'
import { ScoregateError } from '@scoregate/protocol/errors'
import { openReturnAddress } from '../codabench/return-addresses.ts'
import { normalPlatform } from './check-deposit.ts'

/** The Codabench platforms of a site, by their addresses, and the origins that a link may point at. */
export type CodabenchReturns = {
  readonly privateKey: string
  readonly origins: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * Opens where the result of a Codabench job goes, since what cannot be published must not wait for a reviewer. Undefined for
 * the job of a hub. Throws `ScoregateError` (`bad-deposit`) where it is missing, not for this job, or points elsewhere than
 * the policy allows.
 */
export function checkReturnAddress(deposit: Deposit, site: CodabenchReturns): ReturnAddress | undefined {
  const platform = normalPlatform(deposit.platform)
  const origins = site.origins.get(platform)
  if (origins === undefined) {
    if (deposit.returnAddress === undefined) return undefined
    throw refused('is given, and the platform is none of Codabench')
  }
  if (deposit.returnAddress === undefined) throw refused('is missing')
  const address = openReturnAddress(site.privateKey, {
    platform,
    jobId: deposit.job.jobId,
    sealed: deposit.returnAddress,
  })
  if (address === undefined) throw refused('was not sealed for this site and this job')
  if (normalPlatform(address.apiUrl) !== platform || address.submissionId !== deposit.job.submission.id)
    throw refused('is of another submission')
  if (Object.values(address.links).some((link) => link !== undefined && !origins.has(new URL(link).origin)))
    throw refused('has a link to a place that the policy does not list as storage')
  return address
}

function refused(what: string): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-deposit',
    message: 'The deposit was refused, since its result could not be published.',
    remedy:
      'Look at the entry of this platform under codabench in the policy, and at the settings of the worker.',
    problems: [{ where: 'returnAddress', what, remedy: 'See the log of the worker.' }],
  })
}
