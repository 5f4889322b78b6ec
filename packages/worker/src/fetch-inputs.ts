import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { Digest } from '@scoregate/protocol/digest'
import type { InputLink } from '@scoregate/protocol/job'
import { networkTrouble } from './http-call.ts'
import { NETWORK_PACE, pauseForRetry, type RetryPace } from './retry.ts'

/** What came of fetching an archive; `why` is for the site's log and never has the link in it. */
export type Fetched =
  | { readonly kind: 'fetched'; readonly sha256: Digest; readonly sizeBytes: number }
  | { readonly kind: 'refused'; readonly why: string; readonly isTooLarge?: boolean }

const TRIES = 4
// No byte for so long means that the other side is gone.
const SILENCE_MS = 60_000

/**
 * Downloads an archive to `file`, which must not exist. The job that names the link is not trusted: only listed origins,
 * no redirect, at most `maxBytes`, and exactly the bytes that the job promised. Tries again when the network or the
 * server fails. Throws only when `signal` is aborted or the disk fails.
 */
export async function fetchInput(given: {
  readonly link: InputLink
  readonly file: string
  readonly maxBytes: number
  readonly allowedOrigins: ReadonlySet<string>
  readonly signal: AbortSignal
  readonly pace?: RetryPace
}): Promise<Fetched> {
  const { link, maxBytes } = given
  const { origin } = new URL(link.url)
  if (!given.allowedOrigins.has(origin)) {
    return { kind: 'refused', why: `inputs may not come from ${origin}; see the worker's inputOrigins` }
  }
  if ((link.sizeBytes ?? 0) > maxBytes) return tooLarge(maxBytes)
  for (let tries = 1; ; tries += 1) {
    const attempt = await download(given)
    if (attempt.kind !== 'again') return attempt
    if (tries === TRIES) return { kind: 'refused', why: `${attempt.why}, ${TRIES} times` }
    await pauseForRetry(tries, given.pace ?? NETWORK_PACE, given.signal)
  }
}

type Attempt = Fetched | { readonly kind: 'again'; readonly why: string }

async function download(given: Parameters<typeof fetchInput>[0]): Promise<Attempt> {
  const { link, file, maxBytes, signal } = given
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new DOMException('no bytes came', 'TimeoutError')), SILENCE_MS)
  try {
    const response = await fetch(link.url, {
      redirect: 'error',
      signal: AbortSignal.any([signal, silence.signal]),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      return { kind: response.status >= 500 ? 'again' : 'refused', why: `status ${response.status}` }
    }
    const received = await writeBody(response, { file, maxBytes, onChunk: () => timer.refresh() })
    return received === undefined ? tooLarge(maxBytes) : promised(link, received)
  } catch (error) {
    signal.throwIfAborted()
    await rm(file, { force: true })
    if (isDiskTrouble(error)) throw error
    return { kind: 'again', why: networkTrouble(error) }
  } finally {
    clearTimeout(timer)
  }
}

async function writeBody(
  response: Response,
  to: { readonly file: string; readonly maxBytes: number; readonly onChunk: () => void },
): Promise<{ sha256: Digest; sizeBytes: number } | undefined> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  await using handle = await open(to.file, 'wx', 0o600)
  for await (const chunk of response.body ?? []) {
    to.onChunk()
    sizeBytes += chunk.byteLength
    if (sizeBytes > to.maxBytes) return undefined
    hash.update(chunk)
    await handle.writeFile(chunk)
  }
  return { sha256: Digest.parse(hash.digest('hex')), sizeBytes }
}

function promised(link: InputLink, received: { sha256: Digest; sizeBytes: number }): Fetched {
  if (link.sizeBytes !== undefined && link.sizeBytes !== received.sizeBytes) {
    return { kind: 'refused', why: `${received.sizeBytes} bytes came, not ${link.sizeBytes}` }
  }
  if (link.sha256 !== undefined && link.sha256 !== received.sha256) {
    return { kind: 'refused', why: 'other bytes came than the job promised' }
  }
  return { kind: 'fetched', ...received }
}

function tooLarge(maxBytes: number): Fetched {
  const why = `the archive is larger than the ${maxBytes} bytes that the policy allows`
  return { kind: 'refused', why, isTooLarge: true }
}

/** Errors of the file system have a path or a system call of its own; those of `fetch` carry theirs in `cause`. */
function isDiskTrouble(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && !('cause' in error)
}
