/** What a server said, or that it could not be asked; `why` names no address, because addresses can carry secrets. */
export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unreachable'; readonly why: string }

/** One request with a token. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly token: string
  /** JSON as text; a Blob is sent as its bytes, with its length in front. */
  readonly body?: Blob | string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

// A lease or a site's policy has some kilobytes; whoever answers with more is not the server we think it is.
const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024

/**
 * Asks a server of ours. Never follows a redirect: the token is for this server alone. Throws only the reason of
 * `signal` when that is aborted.
 */
export async function call(request: Call): Promise<Answer> {
  const hasBody = request.body !== undefined
  try {
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'error',
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]),
      headers: {
        Authorization: `Bearer ${request.token}`,
        Accept: 'application/json',
        ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
      },
      ...(hasBody ? { body: request.body } : {}),
    })
    return { kind: 'answer', status: response.status, body: parseJson(await readCapped(response.body ?? [])) }
  } catch (error) {
    request.signal.throwIfAborted()
    return { kind: 'unreachable', why: networkTrouble(error) }
  }
}

/** What went wrong on the network, without the address: the system's code where there is one. */
export function networkTrouble(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown trouble'
  for (const one of [error.cause, error]) {
    if (one instanceof Error && 'code' in one && typeof one.code === 'string') return one.code
  }
  return error.name === 'Error' || error.name === 'TypeError' ? 'no connection' : error.name
}

/** An answer as text; throws when it is larger than any that we know. */
export async function readCapped(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > LARGEST_ANSWER_BYTES) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** What an answer says; undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no body: every reader of a body parses it with a schema, which then says so.
    return undefined
  }
}
