import type { PlantedSecret } from './crossing.ts'
import type { SiteJob } from './rig/escape-job.ts'
import type { HostFacts } from './rig/host-facts.ts'
import type { Stage } from './rig/stage.ts'

/** Which sandbox a case ran in. */
export type SandboxName = 'engine' | 'bubblewrap'

/** A program of a run, as policy names it where it says who sees private data. */
export type ProgramKind = 'ingestion' | 'submission' | 'scoring'

/**
 * How a case that did not get out ended. `contained`: the program ran, and nothing left but what may. `refused`: the run, or
 * what it left, was turned away: not run, stopped at a limit, hostile, or no scores that can be read.
 */
export type Ending = 'contained' | 'refused'

/**
 * One attack. It lives in `escape/cases/<id>/`: `case.ts` exports it as `attack`, and its programs lie beside it as real
 * files, which the rig packs into the archives of the job by their names (see `escape-job.ts`).
 */
export type EscapeCase = {
  /** The name of the folder. */
  readonly id: string
  /** Of the list of attacks in docs/escape-suite.md. */
  readonly family: number
  /** What the program tries, in one sentence. */
  readonly tries: string
  /** What is planted, and where. */
  readonly plants: string
  /** Why it fails, in one sentence. */
  readonly defence: string
  readonly expect: Ending
  /** Whether `npm test` runs it; every family has at least one that does. The others run where all are asked for. */
  readonly quick: boolean
  /** Both unless said. */
  readonly sandboxes?: { readonly only: SandboxName; readonly because: string }
  /** The programs that see the planted data; the scoring program alone unless said, none if the list is empty. */
  readonly sees?: readonly ProgramKind[]
  /** Whether the same programs get out of the gate that this project replaces; where not, the reason. */
  readonly control: 'escapes' | { readonly notApplicable: string }
  /**
   * Set where the secret is something that a run must not even see: a file of the host, of another run, or the labels
   * beside a participant's code. Then everything that the run left in its hold counts as crossed: that of every run, or
   * of the last alone where those before it see the secret rightly.
   */
  readonly mustNotSee?: 'every-run' | 'last-run'
  /** The most decimals that the policy lets a score of this case keep; as many as its column declares, unless said. */
  readonly decimals?: number
  /** The jobs of the case, one after the other, where the files of the folder are not enough; else one ordinary job. */
  readonly jobs?: (given: CaseGround) => readonly SiteJob[]
  /** What the reviewer does with each hold; `scores` unless said. A hostile hold is rejected whatever is said. */
  readonly review?: Review
  /** A site that no other case is on: for what kills programs, changes the policy or the clock. */
  readonly ownSite?: { readonly policy?: Readonly<Record<string, unknown>> }
  /** In the place of jobs and review: what the case does by itself. Resolves to how it ended, as far as that is certain. */
  readonly act?: (stage: Stage) => Promise<Ending>
}

/** `scores`: approves the scores alone. `everything`: all that is offered. `reject`, `expire`: as they say. */
export type Review = 'scores' | 'everything' | 'reject' | 'expire'

/** What the jobs of a case may be made from. */
export type CaseGround = {
  readonly secret: PlantedSecret
  readonly host: HostFacts
  readonly sandbox: SandboxName
}
