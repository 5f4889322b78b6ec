import { createHash } from 'node:crypto'
import { isFinal } from '@scoregate/protocol/submission-status'
import type { FC, PropsWithChildren } from 'hono/jsx'
import type { SubmissionView } from '../submissions/submission-view.ts'

/** What the browser script asks for again and again, to learn whether the page it shows is still true. */
export type LiveState = {
  /** Changes whenever something that the page shows has changed. */
  readonly version: string
  /** Nothing more will happen by itself. */
  readonly isFinal: boolean
  /** What to read out after a change. */
  readonly words: string
}

/** How these submissions stand. */
export function liveState(submissions: readonly SubmissionView[]): LiveState {
  // Links are signed anew each time; they say nothing of a change.
  const shown = JSON.stringify(submissions, (key, value) => (key === 'href' ? undefined : value))
  return {
    version: createHash('sha256').update(shown).digest('hex').slice(0, 16),
    isFinal: submissions.every((submission) => isFinal(submission.status)),
    words: submissions
      .slice(0, 3)
      .map((submission) => `Submission ${submission.id}: ${submission.status}.`)
      .join(' '),
  }
}

/**
 * Keeps the `LivePart`s of a page true: the script asks `stateHref`, and when the version has changed it fetches the
 * page itself and takes the parts from it. So there is one source of what is shown, and without script the page works
 * by reloading it.
 */
export const LiveWatch: FC<{ stateHref: string; pageHref: string; state: LiveState }> = ({
  stateHref,
  pageHref,
  state,
}) => (
  <>
    <div
      class="visually-hidden"
      data-live-watch={stateHref}
      data-live-version={state.version}
      data-live-final={state.isFinal ? 'yes' : 'no'}
    >
      <p role="status" data-live-words />
    </div>
    {!state.isFinal && (
      <noscript>
        <p>
          <a href={pageHref}>Reload this page</a> to see whether something has changed.
        </p>
      </noscript>
    )}
  </>
)

/** A part of a page that `LiveWatch` renews; `id` is unique on the page. */
export const LivePart: FC<PropsWithChildren<{ id: string }>> = ({ id, children }) => (
  <div id={id} class="stack gap-loose" data-live-part>
    {children}
  </div>
)
