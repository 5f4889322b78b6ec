import { z } from 'zod'
import { CanonicalScore } from '../columns.ts'
import { REASON_SENTENCES, type ReasonCode } from '../reason-code.ts'
import { SubmissionStatus } from '../submission-status.ts'
import type { CodabenchSecret } from './run-arguments.ts'

/** Who speaks about which submission of a Codabench platform: its number there, and its secret. */
export type CodabenchSpeaker = { readonly submissionId: number; readonly secret: CodabenchSecret }

/** A request of a worker to the platform's API, ready to be sent below `submissions_api_url`. */
export type CodabenchRequest = {
  readonly method: 'PATCH' | 'POST'
  /** Below the address of the API. */
  readonly path: string
  readonly contentType: 'application/x-www-form-urlencoded' | 'application/json'
  readonly body: string
}

/**
 * Sets a submission's status (protocol reference, 3.1). A form, as unmodified sites expect, and `status_details` left out
 * where there is none: `null` crashes version 1.25. The one text that can go with it is the fixed sentence of a reason.
 */
export function statusRequest(
  speaker: CodabenchSpeaker,
  status: SubmissionStatus,
  reason?: ReasonCode,
): CodabenchRequest {
  return form(speaker, {
    status: SubmissionStatus.parse(status),
    ...(reason === undefined ? {} : { status_details: REASON_SENTENCES[reason] }),
  })
}

/** Changes nothing and asks everything: the site answers a request to change with the submission as it is. */
export function standingRequest(speaker: CodabenchSpeaker): CodabenchRequest {
  return form(speaker, {})
}

/** Posts scores. To be sent once: the site adds a second post to the first (protocol reference, 6.2). */
export function scoresRequest(
  { submissionId, secret }: CodabenchSpeaker,
  scores: readonly CanonicalScore[],
): CodabenchRequest {
  const values = scores.map((score) => CanonicalScore.parse(score))
  return {
    method: 'POST',
    path: `/upload_submission_scores/${submissionId}/`,
    contentType: 'application/json',
    // Written by hand, so that the number goes as its digits stand and no key is reordered.
    body: `{"secret":${JSON.stringify(secret)},"scores":{${values.map(({ column, value }) => `${JSON.stringify(column)}:${value}`).join(',')}}}`,
  }
}

/** What the site answers to a request of these, as far as we rely on it; all else of it is ignored. */
export const CodabenchSubmission = z.looseObject({
  id: z.int(),
  status: z.string(),
  /** One row for each column and each post: a column that was posted twice has two. */
  scores: z.array(z.unknown()).optional(),
})
export type CodabenchSubmission = z.infer<typeof CodabenchSubmission>

/** Headers that every upload to a link carries (protocol reference, 3.3): Azure needs the first two, others ignore them. */
export const UPLOAD_HEADERS = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2018-03-28' } as const

/** The type that is part of a link's signature: logs, too, are put as `application/zip`. */
export const UPLOAD_TYPES = { detailedResults: 'text/html', everythingElse: 'application/zip' } as const

function form(
  { submissionId, secret }: CodabenchSpeaker,
  fields: Readonly<Record<string, string>>,
): CodabenchRequest {
  return {
    method: 'PATCH',
    path: `/submissions/${submissionId}/`,
    contentType: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ ...fields, secret }).toString(),
  }
}
