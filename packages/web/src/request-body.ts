import type { Readable } from 'node:stream'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { WebEnv } from './environment.ts'
import { CONTENT_SECURITY_POLICY } from './security-headers.ts'

/** The raw body as it arrives, never held in memory as a whole. */
export function bodyStream(c: Context<WebEnv>): AsyncIterable<Uint8Array> {
  return c.env.incoming
}

/** The announced size of the body in bytes, if the client announced one. */
export function contentLength(c: Context<WebEnv>): number | undefined {
  const header = c.req.header('content-length')
  return header !== undefined && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined
}

/** A stream to send as an answer. */
export type SentFile = {
  readonly stream: Readable
  readonly sizeBytes: number
  readonly mediaType: string
  readonly fileName?: string
  readonly disposition: 'attachment' | 'inline'
}

/**
 * Sends a stream. A stream that ends in an error (altered bytes, say) breaks the connection, so that the client sees a
 * failed download and never a shorter file that looks whole.
 */
export function sendStream(c: Context<WebEnv>, file: SentFile): Response {
  const name = (file.fileName ?? 'file').replace(/[^A-Za-z0-9._-]/g, '_')
  const outgoing = c.env.outgoing
  outgoing.writeHead(200, {
    'content-type': file.mediaType,
    'content-length': String(file.sizeBytes),
    'content-disposition': `${file.disposition}; filename="${name}"`,
    'content-security-policy': `sandbox; ${CONTENT_SECURITY_POLICY}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  file.stream.on('error', () => outgoing.destroy())
  outgoing.on('close', () => file.stream.destroy())
  file.stream.pipe(outgoing)
  return RESPONSE_ALREADY_SENT
}
