import { createTransport } from 'nodemailer'
import { type Notice, noticeLine, noticeText } from './notice.ts'
import { type ChannelAnswer, wasNeverReached } from './webhook.ts'
import { isLoopback } from './webhook-rules.ts'

/** Sends notices by mail. */
export type Mailer = {
  /** One mail of another kind. Never throws. */
  write(to: string, mail: { subject: string; text: string; messageId?: string }): Promise<ChannelAnswer>
  /** Sends a message, which has the same name at each try: mail programs show one of those once. Never throws. */
  send(to: string, message: { messageId: string; notices: readonly Notice[] }): Promise<ChannelAnswer>
  close(): void
}

/** How the desk reaches its mail server. */
export type MailSettings = {
  /** `smtp://user:password@host:587` (upgraded with STARTTLS where the server offers it) or `smtps://…`. */
  readonly smtpUrl: string
  /** The sender, such as `scoregate@hospital.example`. */
  readonly from: string
}

const SILENCE_MILLISECONDS = 20_000

/** A mailer over one server. Mail is plain text: nothing in it can be rendered, loaded or run. */
export function createMailer({ smtpUrl, from }: MailSettings): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    // A password goes over the network encrypted or not at all, whatever somebody on the way makes of the server's words.
    requireTLS: hasPassword(smtpUrl),
    maxConnections: 2,
    connectionTimeout: SILENCE_MILLISECONDS,
    greetingTimeout: SILENCE_MILLISECONDS,
    socketTimeout: SILENCE_MILLISECONDS,
    // A mail here is text; it never names a file or an address to take content from.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  async function write(
    to: string,
    mail: { subject: string; text: string; messageId?: string },
  ): Promise<ChannelAnswer> {
    try {
      await transport.sendMail({
        // An address as an object: no text of it is parsed as a list of addresses.
        from: { name: 'Scoregate desk', address: from },
        to: { name: '', address: to },
        ...mail,
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
      return { kind: 'sent' }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
      // A server that answered did not take it.
      const isAnswered = error instanceof Error && 'responseCode' in error
      const mayHaveArrived = !isAnswered && !wasNeverReached(error)
      return { kind: 'failed', why: `The mail server did not take it${code}.`, mayHaveArrived }
    }
  }
  return {
    write,
    async send(to, { messageId, notices }) {
      const [first] = notices
      if (first === undefined) return { kind: 'sent' }
      const subject =
        notices.length === 1 ? noticeLine(first) : `${notices.length} notices from the review desk`
      const text = notices.map(noticeText).join('\n\n')
      return write(to, { subject, text, messageId: `<${messageId}@${from.split('@').at(-1)}>` })
    },
    close: () => transport.close(),
  }
}

/** A server on this machine hears no one's secrets over a network. */
function hasPassword(smtpUrl: string): boolean {
  const { password, hostname } = new URL(smtpUrl)
  return password !== '' && !isLoopback(hostname)
}
