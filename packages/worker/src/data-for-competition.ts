import type { DataMount } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'

/**
 * The site's data that a competition may see. Read as the gate reads the policy's other rules for competitions: digits are
 * a competition's number and nothing else, since a number belongs to one competition while anybody can choose a title;
 * anything else is compared with the title, `*` standing for any run of characters.
 */
export function dataForCompetition(
  data: readonly DataMount[],
  competition: Job['competition'],
): readonly DataMount[] {
  return data.filter(({ competition: pattern }) =>
    /^[0-9]+$/.test(pattern)
      ? pattern === String(competition.id)
      : patternOf(pattern).test(competition.title),
  )
}

function patternOf(pattern: string): RegExp {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*')}$`, 's')
}
