import { z } from 'zod'

const Link = z.url({ protocol: /^https?$/ })

/**
 * What stands in the place of predictions between the two jobs of a submission: all that the scoring job needs to make
 * them at the site. A worker that takes a prediction job runs nothing; it seals this with the site's key, puts it in a small
 * archive where predictions would be, and says `Scoring`. Whichever worker of the site takes the scoring job opens it and
 * makes both steps in one room, so that predictions are never anywhere but at the site.
 */
export const PutOffRun = z.strictObject({
  format: z.literal('scoregate-put-off-run/1'),
  /** Of the prediction job. */
  taskId: z.string().min(1).max(64),
  submission: Link,
  ingestionProgram: Link.optional(),
  inputData: Link.optional(),
  humanInTheLoop: z.boolean(),
  logs: z.strictObject({
    programStdout: Link.optional(),
    programStderr: Link.optional(),
    ingestionStdout: Link.optional(),
    ingestionStderr: Link.optional(),
  }),
})
export type PutOffRun = z.infer<typeof PutOffRun>

/** The one file of the archive: the sealed run. */
export const PUT_OFF_FILE = 'scoregate-sealed-predictions'

/** What a sealed run is about: it opens for this submission of this platform only. */
export function putOffAbout(run: { readonly apiUrl: string; readonly submissionId: number }): string {
  return `scoregate put-off run v1\n${run.apiUrl}\n${run.submissionId}`
}
