import { Callout } from '@scoregate/ui/feedback'
import { Stack } from '@scoregate/ui/layout'
import { paths } from '../paths.ts'
import { noView } from './picture-view.tsx'
import type { FileView, ViewedFile, ViewQuery } from './viewed-file.ts'

/** A larger page is to be read as text. */
export const RENDERED_MAX_BYTES = 8 * 1024 * 1024

/** How tall the page is drawn, by choice: without a script, nobody knows how tall it would be. */
const HEIGHTS = ['short', 'tall', 'huge'] as const

/**
 * The second of the three layers around a page of a run (the first is the frame's `sandbox`, the third the `frame-src` of
 * the page around it): no script, no request, no form, an origin of its own that is nobody's.
 */
export const RENDERED_POLICY = [
  'sandbox',
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

/**
 * A page of a run as it wants to look, as a picture to look at and not to touch: it takes no click and no key. It may hide
 * what it likes, so it counts for nothing as seen.
 */
export async function viewRendered(file: ViewedFile, query: ViewQuery): Promise<FileView> {
  const { hold, number, entry } = file
  if (entry.sizeBytes > RENDERED_MAX_BYTES) return noView('This file is too large to be rendered.')
  const height = HEIGHTS.find((one) => one === query('height')) ?? 'short'
  return {
    shown: [],
    content: (
      <Stack>
        <Callout tone="info" title="This is how the page wants to look">
          Scripts are off and nothing is loaded. A page can hide what it contains, so this view does not count
          as seen: read it as <a href={paths.fileView(hold.id, number, { as: 'text' })}>text</a> too. Drawn{' '}
          {HEIGHTS.filter((one) => one !== height).map((one, at) => (
            <>
              {at > 0 && ' or '}
              <a href={paths.fileView(hold.id, number, { as: 'rendered', height: one })}>{one}</a>
            </>
          ))}{' '}
          instead of {height}.
        </Callout>
        <section class="rendered" aria-label="The page as it wants to look" tabindex={0}>
          <iframe
            class={`rendered-page rendered-${height}`}
            sandbox=""
            src={paths.fileRendered(hold.id, number)}
            title="The page as it wants to look"
            referrerpolicy="no-referrer"
            tabindex={-1}
          />
        </section>
      </Stack>
    ),
  }
}
