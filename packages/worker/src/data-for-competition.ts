import type { DataMount } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'

/**
 * The site's data that a competition may see: the mounts that name its identifier, or match its title with `*` for any
 * run of characters; the same reading as that of the policy's other rules.
 */
export function dataForCompetition(
  data: readonly DataMount[],
  competition: Job['competition'],
): readonly DataMount[] {
  return data.filter(
    (mount) =>
      mount.competition === String(competition.id) || patternOf(mount.competition).test(competition.title),
  )
}

function patternOf(pattern: string): RegExp {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*')}$`, 's')
}
