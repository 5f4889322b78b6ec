import { HoldDetails } from '../api/hold-api.ts'
import { type DeskRig, PASSWORD, POLICY } from '../desk-rig.ts'

export const [ANNA, BEN, CARLA] = ['first-reviewer', 'second-reviewer', 'third-reviewer'] as const

/** A desk with three reviewers, who sign in with the password of the rig. */
export const THREE = {
  provision: {
    people: [ANNA, BEN, CARLA].map((username) => ({
      ...{ username, password: PASSWORD, token: `token-of-${username}` },
    })),
  },
}

/** A policy whose rules of review are these, beside the usual. */
export function policyWith(review: string): string {
  return POLICY.replace('timeout: 24h', `timeout: 24h, unseen: warn, ${review}`)
}

export const TWO = policyWith('approvals: 2')

/** What the desk answered to a decision. */
export type Answer = { readonly status: number; readonly answer: Record<string, unknown> }

/** Approves over the digest of what is there; ticks scores unless told otherwise. */
export async function approve(
  rig: DeskRig,
  id: string,
  given: {
    by: string
    artefacts?: readonly string[]
    note?: string
    reason?: string
    digest?: string
    see?: string
  },
): Promise<Answer> {
  const { by, artefacts = ['scores'], see = ANNA, ...words } = given
  const shown = await rig.api(`/api/holds/${id}`, undefined, see)
  const { digest } = HoldDetails.parse(await shown.json())
  const body = { digest, decision: 'approve', artefacts, ...words }
  return answerOf(await rig.api(`/api/holds/${id}/decision`, body, by))
}

export async function reject(rig: DeskRig, id: string, by: string): Promise<Answer> {
  const { digest } = await rig.show(id)
  return answerOf(
    await rig.api(`/api/holds/${id}/decision`, { digest, decision: 'reject', reason: 'other' }, by),
  )
}

export async function withdraw(rig: DeskRig, id: string, by: string): Promise<Answer> {
  const answer = await fetch(`${rig.url}/api/holds/${id}/approval`, {
    method: 'DELETE',
    headers: { authorization: `Token token-of-${by}` },
  })
  return answerOf(answer)
}

/** Sends a form of a page as the browser of this person does. */
export async function sendForm(
  rig: DeskRig,
  by: string,
  { page, path, fields }: { page: string; path: string; fields: Record<string, string> },
): Promise<Response> {
  const browser = await rig.signIn(by)
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await browser.get(page)).text())?.[1] ?? ''
  return browser.post(path, Object.entries({ csrf, ...fields }))
}

async function answerOf(answer: Response): Promise<Answer> {
  const parsed: unknown = await answer.json()
  if (typeof parsed !== 'object' || parsed === null) throw new Error('The desk answered with no object.')
  return { status: answer.status, answer: { ...parsed } }
}
