import { UPLOAD_TYPES } from '@scoregate/protocol/codabench/platform-words'
import type { LinkReading, LinkSigner } from '@scoregate/web/signed-links'
import { RunFileName } from './run-files.ts'

/** As long as Codabench's links (protocol reference, 2.2); they end earlier with the submission. */
export const RUN_LINK_SECONDS = 5 * 86_400

const RUNS_PATH = '/api/runs'

/** What a link opens: one file of one submission, in one direction. */
export type RunLink = { readonly submissionId: number; readonly name: RunFileName }

export type RunLinks = ReturnType<typeof createRunLinks>

/** Links by which workers put what a run wrote, and fetch its predictions, each good for one file and one method. */
export function createRunLinks({ signer, clock }: { signer: LinkSigner; clock: () => Date }) {
  const sign = (method: 'GET' | 'PUT', { submissionId, name }: RunLink) =>
    signer.sign({
      method,
      path: `${RUNS_PATH}/${submissionId}/${name}`,
      expiresAt: new Date(clock().getTime() + RUN_LINK_SECONDS * 1000),
    })
  return {
    put: (link: RunLink): string => sign('PUT', link),
    get: (link: RunLink): string => sign('GET', link),

    /** What a used link gives access to; `undefined` when it is forged, too old or for the other method. */
    read(method: string, url: URL): RunLink | undefined {
      const reading: LinkReading = signer.verify(method, url)
      const [, id, name] = /^\/api\/runs\/([1-9][0-9]{0,14})\/([a-z_]+)$/.exec(url.pathname) ?? []
      const file = RunFileName.safeParse(name)
      if (reading.kind !== 'valid' || id === undefined || !file.success) return undefined
      return { submissionId: Number(id), name: file.data }
    },
  }
}

/** The content type that an upload must have, as it would be part of a signature elsewhere (protocol reference, 3.3). */
export function uploadTypeOf(name: RunFileName): string {
  return name === 'detailed_results' ? UPLOAD_TYPES.detailedResults : UPLOAD_TYPES.everythingElse
}
