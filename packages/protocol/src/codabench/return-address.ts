import { z } from 'zod'
import { CodabenchSecret } from './run-arguments.ts'

const Link = z.url({ protocol: /^https?$/ })

/**
 * Where the desk publishes the result of a job from a Codabench queue: the API, the capability of the submission, and the
 * links of the job. All of it is secret; it travels sealed for the site's key in `Deposit.returnAddress` and is opened only
 * to publish.
 */
export const ReturnAddress = z.strictObject({
  apiUrl: Link,
  submissionId: z.int().min(1),
  secret: CodabenchSecret,
  links: z.strictObject({
    scoringResult: Link.optional(),
    detailedResults: Link.optional(),
    /** By the names of our artefacts. */
    ingestionStdout: Link.optional(),
    ingestionStderr: Link.optional(),
    scoringStdout: Link.optional(),
    scoringStderr: Link.optional(),
  }),
})
export type ReturnAddress = z.infer<typeof ReturnAddress>

/** What a sealed return address is about: it opens for this job of this platform only. */
export function returnAddressAbout(job: { readonly platform: string; readonly jobId: string }): string {
  return `scoregate return address v1\n${job.platform}\n${job.jobId}`
}
