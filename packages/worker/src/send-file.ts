import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { type Answer, networkTrouble, parseJson, readCapped } from './http-call.ts'

const READ_BYTES = 512 * 1024
const SECURE = new HttpsAgent({ keepAlive: true })
const PLAIN = new HttpAgent({ keepAlive: true })

/**
 * Sends a file with its length in front, as a stream: not through `fetch`, which takes the bytes through several hands.
 * Follows no redirect. Throws only the reason of `signal` when that is aborted, and what the disk throws.
 */
export async function sendFile(given: {
  readonly method: 'PUT' | 'POST'
  readonly url: string
  readonly token: string
  readonly file: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}): Promise<Answer> {
  const { size } = await stat(given.file)
  const isSecure = new URL(given.url).protocol === 'https:'
  const options = {
    method: given.method,
    agent: isSecure ? SECURE : PLAIN,
    signal: AbortSignal.any([given.signal, AbortSignal.timeout(given.timeoutMs)]),
    headers: {
      Authorization: `Bearer ${given.token}`,
      Accept: 'application/json',
      'Content-Type': 'application/octet-stream',
      'Content-Length': size,
    },
  }
  try {
    const request = isSecure ? httpsRequest(given.url, options) : httpRequest(given.url, options)
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', reject)
    })
    // A server that refuses answers before all is sent, and its answer is what counts.
    const sent = pipeline(createReadStream(given.file, { highWaterMark: READ_BYTES }), request)
    sent.catch(() => undefined)
    const response = await answered
    const body = parseJson(await readCapped(response))
    if (!request.writableFinished) request.destroy()
    return { kind: 'answer', status: response.statusCode ?? 0, body }
  } catch (error) {
    given.signal.throwIfAborted()
    return { kind: 'unreachable', why: networkTrouble(error) }
  }
}
