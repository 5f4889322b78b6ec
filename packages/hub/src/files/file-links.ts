import { Digest } from '@scoregate/protocol/digest'
import type { LinkSigner } from '@scoregate/web/signed-links'

/** A download as its link describes it. */
export type LinkedFile = {
  readonly sha256: Digest
  readonly fileName: string
  readonly mediaType: string
  /** Whether a browser may show it; what it shows is inert (see `sendStream`). */
  readonly disposition: 'attachment' | 'inline'
  /** The run whose input it is: the link opens nothing once this attempt is over. */
  readonly attempt?: { readonly jobId: string; readonly attempt: number } | undefined
  /** The submission on a queue of Codabench workers whose input it is: the link opens nothing once that has ended. */
  readonly run?: number | undefined
}

export type FileLinks = ReturnType<typeof createFileLinks>

const FILES_PATH = '/api/files'

/** Links to single files that work for a while by themselves, so that workers and scripts need no session to fetch them. */
export function createFileLinks({ signer, clock }: { signer: LinkSigner; clock: () => Date }) {
  return {
    /** A path below the hub's address. */
    href(file: LinkedFile, lifetimeSeconds = 3600): string {
      return signer.sign({
        method: 'GET',
        path: `${FILES_PATH}/${file.sha256}`,
        expiresAt: new Date(clock().getTime() + lifetimeSeconds * 1000),
        claims: {
          name: file.fileName,
          type: file.mediaType,
          disposition: file.disposition,
          ...(file.attempt === undefined
            ? {}
            : { job: file.attempt.jobId, attempt: String(file.attempt.attempt) }),
          ...(file.run === undefined ? {} : { run: String(file.run) }),
        },
      })
    },

    /** What a used link gives access to; `undefined` when it is forged or too old. */
    read(url: URL): LinkedFile | undefined {
      const reading = signer.verify('GET', url)
      const sha256 = Digest.safeParse(url.pathname.slice(FILES_PATH.length + 1))
      if (reading.kind !== 'valid' || !sha256.success) return undefined
      const jobId = reading.claims.get('job')
      const run = reading.claims.get('run')
      return {
        sha256: sha256.data,
        fileName: reading.claims.get('name') ?? 'file',
        mediaType: reading.claims.get('type') ?? 'application/octet-stream',
        disposition: reading.claims.get('disposition') === 'inline' ? 'inline' : 'attachment',
        attempt: jobId === undefined ? undefined : { jobId, attempt: Number(reading.claims.get('attempt')) },
        run: run === undefined ? undefined : Number(run),
      }
    },
  }
}
