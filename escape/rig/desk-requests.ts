import type { HoldDetails } from '@scoregate/desk/hold-api'
import type { JobResult, Stage } from './stage.ts'

/** Plays one job whose hold must come to the desk. */
export async function heldRun(
  stage: Stage,
  job: Parameters<Stage['submit']>[0] = {},
): Promise<Extract<JobResult, { kind: 'held' }>> {
  const result = await stage.result(await stage.submit(job))
  if (result.kind === 'held') return result
  throw new Error(`The job was not run: ${result.reason}.`)
}

/** Sends a request to the desk with headers of one's own. */
export function askDesk(
  { site }: Stage,
  path: string,
  given: {
    readonly headers?: Record<string, string>
    readonly json?: unknown
    readonly form?: Record<string, string>
  } = {},
): Promise<Response> {
  const { headers = {}, json, form } = given
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json)
  return fetch(site.deskUrl() + path, {
    redirect: 'manual',
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

/** How a reviewer's program names itself. */
export function asReviewer({ site }: Stage): Record<string, string> {
  return { authorization: `Token ${site.credentials.reviewerToken}` }
}

/** The hold in that state, however long the desk takes to bring it there; looked at after everything that the hub hears. */
export async function holdIn(
  stage: Stage,
  id: string,
  states: readonly HoldDetails['state'][],
): Promise<HoldDetails> {
  const end = Date.now() + 60_000
  for (;;) {
    const hold = await stage.site.reviewer.show(id)
    if (states.includes(hold.state)) return hold
    if (Date.now() > end) throw new Error(`Hold ${id} is ${hold.state}, and not ${states.join(' or ')}.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Lets time pass while the desk is off: a jump under its eyes it would not believe for a minute. */
export async function passTimeWithoutDesk({ site }: Stage, seconds: number): Promise<void> {
  await site.stopDesk()
  site.passTime(seconds)
  await site.startDesk()
}

/** The kinds of outcome that the platform heard of a job, without those heard again. */
export function outcomesOf({ site }: Stage, jobId: string): string[] {
  const heard = site.hub
    .heard(jobId)
    .flatMap((one) => (one.kind === 'outcome' ? [JSON.stringify(one.outcome)] : []))
  return [...new Set(heard)].map((outcome) => String(JSON.parse(outcome).kind))
}

/** Throws unless what a case relies on holds; then it counts as not played. */
export function must(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence)
}
