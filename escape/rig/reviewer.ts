import { HoldDetails, HoldPage } from '@scoregate/desk/hold-api'
import type { ArtefactName } from '@scoregate/protocol/artefact'

/** A reviewer at the desk's API, with a token as the command line has it. */
export type Reviewer = {
  /** The undecided hold of a submission, if there is one. */
  find(submissionId: number): Promise<HoldDetails | undefined>
  show(id: string): Promise<HoldDetails>
  approve(hold: HoldDetails, artefacts: readonly ArtefactName[]): Promise<Response>
  reject(hold: HoldDetails): Promise<Response>
  /** The bytes of every file in a hold. */
  files(hold: HoldDetails): Promise<Buffer[]>
}

/** Connects to the desk; `deskUrl` is asked each time, since a desk that is started again has another. */
export function connectReviewer(deskUrl: () => string, token: string): Reviewer {
  const ask = (path: string, body?: unknown): Promise<Response> =>
    fetch(`${deskUrl()}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    })
  const show = async (id: string) => HoldDetails.parse(await (await ask(`/api/holds/${id}`)).json())

  const files = async (hold: HoldDetails) => {
    const read: Buffer[] = []
    for (const { number } of hold.files) {
      const answer = await ask(`/api/holds/${hold.id}/files/${number}`)
      read.push(Buffer.from(await answer.arrayBuffer()))
    }
    return read
  }

  return {
    async find(submissionId) {
      for (const list of ['waiting', 'failed'] as const) {
        for (let after: string | undefined = ''; after !== undefined; ) {
          const answer = await ask(`/api/holds?list=${list}&after=${after}`)
          const page: HoldPage = HoldPage.parse(await answer.json())
          const line = page.holds.find((hold) => hold.submissionId === submissionId)
          if (line !== undefined) return await show(line.id)
          after = page.nextAfter
        }
      }
      return undefined
    },
    show,
    files,
    async approve(hold, artefacts) {
      // What was altered since it was sealed cannot be read; the desk has its say to the approval all the same.
      if (artefacts.some((name) => name !== 'scores')) await files(hold).catch(() => [])
      const decide = () =>
        ask(`/api/holds/${hold.id}/decision`, { digest: hold.digest, decision: 'approve', artefacts })
      // Nothing is approved before the checks have ended.
      for (;;) {
        const answer = await decide()
        if (answer.status !== 409 || !(await answer.clone().text()).includes('checks-not-ended'))
          return answer
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    reject: (hold) =>
      ask(`/api/holds/${hold.id}/decision`, {
        digest: hold.digest,
        decision: 'reject',
        reason: 'private-data',
      }),
  }
}
