import type { EngineClient, EngineImage } from './engine-client.ts'
import type { FetchedImage } from './sandbox.ts'

const PROGRESS_EVERY_MS = 2_000
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/

/**
 * The image of that name, of that id, or, for `name@sha256:…`, the one whose digest in a registry or whose id that is; a name
 * that means another image by now means none.
 */
export async function findEngineImage(
  engine: EngineClient,
  reference: string,
): Promise<EngineImage | undefined> {
  // Names reach us from bundles: what is no image name must not become another route of the engine.
  if (!/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,600}$/.test(reference) || reference.includes('..')) return undefined
  const { name, digest } = parseReference(reference)
  if (digest === undefined) {
    const image = await engine.findImage(name)
    return IMAGE_ID.test(name) && image?.id !== name ? undefined : image
  }
  for (const known of [`${withoutTag(name)}@${digest}`, name]) {
    const image = await engine.findImage(known)
    if (image !== undefined && isThat(image, digest)) return image
  }
  return undefined
}

/** Fetches what {@link findEngineImage} then finds. Rejects only when `signal` is aborted. */
export async function fetchEngineImage(
  engine: EngineClient,
  reference: string,
  given: { readonly signal: AbortSignal; readonly onProgress: (words: string) => void },
): Promise<FetchedImage> {
  const { name, digest } = parseReference(reference)
  if (digest === undefined) return notFetched('only an image that is pinned by a digest may be fetched')
  try {
    let toldAt = Number.NEGATIVE_INFINITY
    for await (const line of engine.pullImage(withoutTag(name), digest, given.signal)) {
      if (line.error !== undefined) return notFetched(line.error)
      if (performance.now() - toldAt < PROGRESS_EVERY_MS) continue
      toldAt = performance.now()
      given.onProgress([line.id, line.status, line.progress].filter((part) => part !== undefined).join(' '))
    }
    const image = await findEngineImage(engine, reference)
    return image === undefined ? notFetched('what came is not what the digest says') : { kind: 'fetched' }
  } catch (error) {
    given.signal.throwIfAborted()
    return notFetched(error instanceof Error ? error.message : String(error))
  }
}

function notFetched(why: string): FetchedImage {
  return { kind: 'not-fetched', why }
}

function parseReference(reference: string): { readonly name: string; readonly digest: string | undefined } {
  const at = reference.lastIndexOf('@')
  if (at === -1) return { name: reference, digest: undefined }
  return { name: reference.slice(0, at), digest: reference.slice(at + 1) }
}

function isThat(image: EngineImage, digest: string): boolean {
  return image.id === digest || image.repositoryDigests.some((known) => known.endsWith(`@${digest}`))
}

/** A tag says nothing beside a digest, and not every engine takes both. */
function withoutTag(name: string): string {
  return name.replace(/:[^:/]*$/, '')
}
