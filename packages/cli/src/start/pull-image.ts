import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** An engine that finds no registry tries for long; nobody who starts a demonstration waits longer than this. */
const GIVE_UP_MS = 120_000

/**
 * Asks a container engine to fetch an image from its registry; resolves with whether it says that it did. Only `start`
 * does so, for the example's image and before any run: a worker never fetches images.
 */
export async function pullImage(socketPath: string, image: string): Promise<boolean> {
  const pulled = new Promise<boolean>((resolve) => {
    const outgoing = request(
      { socketPath, method: 'POST', path: `/images/create?fromImage=${encodeURIComponent(withTag(image))}` },
      async (reply) => {
        try {
          let text = ''
          for await (const chunk of reply.setEncoding('utf8')) text = `${text}${chunk}`.slice(-20_000)
          // The engine answers 200 and tells of a failure in the stream that follows.
          resolve(reply.statusCode === 200 && !text.includes('"error"'))
        } catch {
          resolve(false)
        }
      },
    )
    outgoing.once('error', () => resolve(false))
    outgoing.end()
  })
  const stop = new AbortController()
  const tooLate = pause(GIVE_UP_MS, false, { signal: stop.signal }).catch(() => false)
  const answer = await Promise.race([pulled, tooLate])
  stop.abort()
  return answer
}

/** Without a tag or digest the engine would fetch every tag there is. */
function withTag(image: string): string {
  const lastPart = image.slice(image.lastIndexOf('/') + 1)
  return /[:@]/.test(lastPart) ? image : `${image}:latest`
}
