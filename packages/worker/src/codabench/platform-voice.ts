import { type UpwardWord, upwardMessage } from '@scoregate/gate/upward-word'
import { UPLOAD_HEADERS, UPLOAD_TYPES } from '@scoregate/protocol/codabench/platform-words'
import { z } from 'zod'
import { networkTrouble, parseJson, readCapped } from '../http-call.ts'
import type { PutOffArchive } from './put-off.ts'

/** What this worker may say to a Codabench platform. */
export type CodabenchWord = Extract<UpwardWord, { kind: `codabench-${string}` }>

/** What the platform answers with: the submission as it is now. All else that it tells is ignored. */
const Standing = z.looseObject({ status: z.string().max(64), phase: z.int().optional().catch(undefined) })

/** How a platform took a word. `why` is for the site's log and has no address in it: addresses carry secrets. */
export type Said =
  | { readonly kind: 'heard'; readonly status: string; readonly phaseId: number | undefined }
  /** The platform will say the same again: a wrong secret, a submission that is gone. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string }

/** How an upload went. */
export type Put = Exclude<Said, { kind: 'heard' }> | { readonly kind: 'stored' }

// The platform answers a change of status only after it has done what follows from it.
const WORD_MS = 150_000
const PUT_MS = 60_000

/** Says one word to the API at `apiUrl`. Tries once; throws only when `signal` is aborted. */
export async function sayToPlatform(apiUrl: string, word: CodabenchWord, signal: AbortSignal): Promise<Said> {
  const { method, path, contentType, body } = upwardMessage(word)
  const answer = await send(apiUrl + path, { method, contentType, body, timeoutMs: WORD_MS, signal })
  if (answer.kind !== 'answered') return answer
  const standing = Standing.safeParse(parseJson(answer.text))
  if (!standing.success) return { kind: 'unavailable', why: 'an answer that is no submission' }
  return { kind: 'heard', status: standing.data.status, phaseId: standing.data.phase }
}

/** Puts a sealed run where the platform keeps predictions. The type takes nothing else, so nothing of a run can go here. */
export async function putOff(link: string, archive: PutOffArchive, signal: AbortSignal): Promise<Put> {
  const answer = await send(link, {
    method: 'PUT',
    contentType: UPLOAD_TYPES.everythingElse,
    headers: UPLOAD_HEADERS,
    body: new Uint8Array(archive),
    timeoutMs: PUT_MS,
    signal,
  })
  return answer.kind === 'answered' ? { kind: 'stored' } : answer
}

async function send(
  url: string,
  given: {
    readonly method: 'PATCH' | 'POST' | 'PUT'
    readonly contentType: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body: string | Uint8Array<ArrayBuffer>
    readonly timeoutMs: number
    readonly signal: AbortSignal
  },
): Promise<{ kind: 'answered'; text: string } | Exclude<Said, { kind: 'heard' }>> {
  try {
    const response = await fetch(url, {
      method: given.method,
      redirect: 'error',
      headers: { 'Content-Type': given.contentType, ...given.headers },
      body: given.body,
      signal: AbortSignal.any([given.signal, AbortSignal.timeout(given.timeoutMs)]),
    })
    const text = await readCapped(response.body ?? [])
    if (response.ok) return { kind: 'answered', text }
    const why = `status ${response.status}`
    return { kind: REFUSALS.includes(response.status) ? 'refused' : 'unavailable', why }
  } catch (error) {
    given.signal.throwIfAborted()
    return { kind: 'unavailable', why: networkTrouble(error) }
  }
}

/** A wrong form, a wrong secret, a submission that is gone, a link that has ended. Everything else may pass. */
const REFUSALS: readonly number[] = [400, 401, 403, 404, 410]
