import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { ScoregateError } from '@scoregate/protocol/errors'

/** What a server said. */
export type ServerAnswer = { readonly status: number; readonly body: unknown }

/** A platform that says nothing for so long is taken to be away. */
const SILENCE_MILLISECONDS = 60_000
const MAX_ANSWER_BYTES = 1_048_576

/** One request of the desk to a platform or to its storage. */
export type PlatformRequest = {
  readonly url: URL
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly headers: Readonly<Record<string, string>>
  readonly size: number
  readonly body: Buffer | Readable
  /** Ends the request when the desk closes. */
  readonly signal: AbortSignal
}

/** Sends one request; redirects are not followed, since what is sent is for this address alone. */
export function sendRequest(given: PlatformRequest): Promise<ServerAnswer> {
  const { url, body } = given
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: given.method,
      headers: { ...given.headers, 'content-length': String(given.size) },
      timeout: SILENCE_MILLISECONDS,
      signal: given.signal,
    })
    request.on('timeout', () => request.destroy(new Error('It said nothing for a minute.')))
    request.on('error', reject)
    request.on('response', (response) => {
      readJson(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject)
    })
    if (Buffer.isBuffer(body)) {
      request.end(body)
      return
    }
    body.on('error', (error) => {
      // The vault's own words go to whoever waits; the request breaks off, so the platform never sees a whole file.
      reject(error)
      request.destroy()
    })
    request.on('close', () => body.destroy())
    body.pipe(request)
  })
}

/** What the network does is an outcome; what the vault does is thrown on. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | { kind: 'failed'; why: string }> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ScoregateError) throw error
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    const words = error instanceof Error && error.message !== '' ? error.message : 'The connection failed.'
    return { kind: 'failed', why: `The platform could not be reached${code}: ${words}`.slice(0, 500) }
  }
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('Its answer is too long.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined // an answer that is not JSON is judged by its status alone
  }
}
