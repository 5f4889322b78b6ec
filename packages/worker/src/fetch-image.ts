import type { ResolvedImage } from '@scoregate/gate/image-rules'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import type { Logger } from 'pino'

/**
 * Whether an image that the policy allows is there, after fetching it if it is not and the policy says that it may be. Throws the
 * reason of `signal` when that is aborted.
 */
export async function ensureImage(
  { image, pull }: ResolvedImage,
  given: { readonly sandbox: Sandbox; readonly signal: AbortSignal; readonly log: Logger },
): Promise<boolean> {
  const { sandbox, signal, log } = given
  if (await sandbox.hasImage(image)) return true
  if (pull !== 'if-missing') {
    log.warn({ image }, 'an image is missing, and the policy lets nobody fetch it')
    return false
  }
  log.info({ image }, 'an image is missing and is being fetched')
  const fetched = await sandbox.fetchImage(image, {
    signal,
    onProgress: (progress) => log.info({ image, progress }, 'an image is being fetched'),
  })
  if (fetched.kind === 'fetched') log.info({ image }, 'an image is fetched')
  else log.error({ image, why: fetched.why }, 'an image could not be fetched')
  return fetched.kind === 'fetched'
}
