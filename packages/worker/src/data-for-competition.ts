import { matchesCompetition } from '@scoregate/gate/wildcard'
import type { DataMount } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'

/** The site's data that a competition may see, by the same reading of patterns as the policy's other rules. */
export function dataForCompetition(
  data: readonly DataMount[],
  competition: Job['competition'],
): readonly DataMount[] {
  return data.filter(({ competition: pattern }) => matchesCompetition(pattern, competition))
}
