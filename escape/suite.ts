import type { EscapeCase, SandboxName } from './case.ts'
import { type EscapeSite, openSandbox, startEscapeSite } from './rig/escape-site.ts'
import { type CaseResult, runCase } from './run-case.ts'

/** Both, in the order of the table. */
export const SANDBOXES: readonly SandboxName[] = ['engine', 'bubblewrap']

/** The cases that run in a sandbox. */
export function casesFor(cases: readonly EscapeCase[], sandbox: SandboxName): EscapeCase[] {
  return cases.filter((attack) => (attack.sandboxes?.only ?? sandbox) === sandbox)
}

/** A place to play cases in one sandbox. */
export type Suite = AsyncDisposable & {
  play(attack: EscapeCase): Promise<CaseResult>
  /**
   * The cases whose secret lies open in what crossed at any time, although their own search did not find it: one case
   * might bring out what was planted for another.
   */
  strayedSecrets(): string[]
}

/**
 * Starts one site for all cases that can share it, as many submissions through one worker and one desk; a case that asks
 * for a site of its own gets one when it is played.
 */
export async function openSuite(name: SandboxName, cases: readonly EscapeCase[]): Promise<Suite> {
  const sandbox = await openSandbox(name)
  const sharing = casesFor(cases, name).filter((attack) => attack.ownSite === undefined)
  const site = await startEscapeSite({ sandbox, cases: sharing })
  const quiet: string[] = []

  return {
    async play(attack) {
      if (attack.ownSite !== undefined) return await playAlone(attack)
      const result = await runCase(site, attack)
      if (result.outcome !== 'escaped') quiet.push(attack.id)
      return result
    },
    strayedSecrets: () => quiet.filter((id) => isOpen(site, id)),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  }

  async function playAlone(attack: EscapeCase): Promise<CaseResult> {
    const policy = attack.ownSite?.policy
    await using own = await startEscapeSite({ sandbox, cases: [attack], ...(policy && { policy }) })
    return await runCase(own, attack)
  }
}

function isOpen({ boundary, planted }: EscapeSite, caseId: string): boolean {
  const { bytes, token } = planted(caseId).secret
  const spellings = [Buffer.from(token), bytes, Buffer.from(bytes.toString('hex'))]
  return boundary.crossings.some((crossing) =>
    spellings.some((spelling) => crossing.bytes.includes(spelling)),
  )
}
