import { matchesCompetition } from '@scoregate/gate/wildcard'
import type { CompetitionRooms, DataMount } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'

/** The site's data that a competition may see, by the same reading of patterns as the policy's other rules. */
export function dataForCompetition(
  data: readonly DataMount[],
  competition: Job['competition'],
): readonly DataMount[] {
  return data.filter(({ competition: pattern }) => matchesCompetition(pattern, competition))
}

/** Whether the policy lets ingestion and scoring program of a competition run at once; the first pattern that fits counts. */
export function maySideBySide(
  competitions: readonly CompetitionRooms[],
  competition: Job['competition'],
): boolean {
  return competitions.find(({ pattern }) => matchesCompetition(pattern, competition))?.sideBySide ?? false
}
