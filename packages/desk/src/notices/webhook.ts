import { type Notice, noticeLine, noticeText } from './notice.ts'

/** The shapes that a webhook can have: our own JSON, or what Slack and Mattermost understand. */
export type WebhookShape = 'json' | 'chat'

/** How a channel took a message; `why` is for people at the site. */
export type ChannelAnswer = { readonly kind: 'sent' } | { readonly kind: 'failed'; readonly why: string }

/** A receiver that says nothing for so long is taken to be away. */
const SILENCE_MILLISECONDS = 15_000

/** The body of a webhook: `chat` is the `text` that Slack's and Mattermost's incoming webhooks take. */
export function webhookBody(shape: WebhookShape, notices: readonly Notice[]): object {
  if (shape === 'json') return { notices: notices.map((notice) => ({ ...notice, text: noticeLine(notice) })) }
  return { text: notices.map((notice) => escapeForChat(noticeText(notice))).join('\n\n') }
}

/**
 * Posts notices to an address that the site's policy allows. Redirects are not followed: the policy allowed this address
 * and no other. Never throws.
 */
export async function postWebhook(given: {
  url: string
  shape: WebhookShape
  notices: readonly Notice[]
  signal: AbortSignal
}): Promise<ChannelAnswer> {
  try {
    const response = await fetch(given.url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(webhookBody(given.shape, given.notices)),
      signal: AbortSignal.any([given.signal, AbortSignal.timeout(SILENCE_MILLISECONDS)]),
    })
    await response.body?.cancel()
    return response.ok
      ? { kind: 'sent' }
      : { kind: 'failed', why: `It answered with HTTP status ${response.status}.` }
  } catch (error) {
    return { kind: 'failed', why: `It could not be reached${codeOf(error)}.` }
  }
}

/** `<`, `>` and `&` begin links and mentions there (Slack: "Escaping text"); a title must not ring a whole channel. */
function escapeForChat(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200b')
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : ''
}
