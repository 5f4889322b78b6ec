import { type Notice, noticeLine, noticeText } from './notice.ts'

/** The shapes that a webhook can have: our own JSON, or what Slack and Mattermost understand. */
export type WebhookShape = 'json' | 'chat'

/** A channel that took a message. */
export type SentAnswer = { readonly kind: 'sent' }
/** A channel that did not, as far as is known; `why` is for people at the site. */
export type FailedAnswer = {
  readonly kind: 'failed'
  readonly why: string
  /** Whether the message may have arrived all the same: it went out, and no answer came. */
  readonly mayHaveArrived: boolean
}
export type ChannelAnswer = SentAnswer | FailedAnswer

/** A receiver that says nothing for so long is taken to be away. */
const SILENCE_MILLISECONDS = 15_000

/** The body of a webhook: `chat` is the `text` that Slack's and Mattermost's incoming webhooks take. */
export function webhookBody(
  shape: WebhookShape,
  { messageId, notices }: { messageId: string; notices: readonly Notice[] },
): object {
  if (shape === 'json')
    return { id: messageId, notices: notices.map((notice) => ({ ...notice, text: noticeLine(notice) })) }
  return { text: notices.map((notice) => escapeForChat(noticeText(notice))).join('\n\n') }
}

/**
 * Posts notices to an address that the site's policy allows. Redirects are not followed: the policy allowed this address
 * and no other. The message has a name, the same at each try, so that the receiver can drop what comes twice. Never throws.
 */
export async function postWebhook(given: {
  url: string
  shape: WebhookShape
  messageId: string
  notices: readonly Notice[]
  signal: AbortSignal
}): Promise<ChannelAnswer> {
  try {
    const response = await fetch(given.url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'idempotency-key': given.messageId },
      body: JSON.stringify(webhookBody(given.shape, given)),
      signal: AbortSignal.any([given.signal, AbortSignal.timeout(SILENCE_MILLISECONDS)]),
    })
    await response.body?.cancel()
    return response.ok
      ? { kind: 'sent' }
      : {
          ...{ kind: 'failed', why: `It answered with HTTP status ${response.status}.` },
          mayHaveArrived: false,
        }
  } catch (error) {
    const why = `It could not be reached${codeOf(error)}.`
    return { kind: 'failed', why, mayHaveArrived: !wasNeverReached(causeOf(error)) }
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

/** Whether an error came before there was a connection: then nothing of the message went out. */
export function wasNeverReached(error: unknown): boolean {
  const syscall = error instanceof Error && 'syscall' in error ? error.syscall : undefined
  return syscall === 'connect' || syscall === 'getaddrinfo'
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function codeOf(error: unknown): string {
  const cause = causeOf(error)
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : ''
}
