import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a link says when it comes back. */
export type LinkReading =
  | { readonly kind: 'valid'; readonly claims: ReadonlyMap<string, string> }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

export type LinkSigner = ReturnType<typeof createLinkSigner>

/** Links that are rights by themselves for a while: one method, one path, an expiry, and claims that cannot be changed. */
export function createLinkSigner(key: string, clock: () => Date) {
  function signature(method: string, path: string, parameters: URLSearchParams): string {
    // A path cannot hold a line break, so the three parts cannot be shifted into one another.
    return createHmac('sha256', key).update(`${method}\n${path}\n${parameters}`).digest('base64url')
  }
  return {
    /** Returns the path with its query; `path` must not have one. */
    sign(given: {
      method: 'GET' | 'PUT'
      path: string
      expiresAt: Date
      claims?: Readonly<Record<string, string>>
    }): string {
      const parameters = new URLSearchParams({
        ...given.claims,
        expires: String(Math.floor(given.expiresAt.getTime() / 1000)),
      })
      const signed = signature(given.method, given.path, parameters)
      return `${given.path}?${parameters}&signature=${signed}`
    },

    /** Reads a link that a client used with this method. */
    verify(method: string, url: URL): LinkReading {
      const parameters = new URLSearchParams(url.search)
      const given = Buffer.from(parameters.get('signature') ?? '')
      parameters.delete('signature')
      const expected = Buffer.from(signature(method, url.pathname, parameters))
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { kind: 'invalid' }
      const expires = Number(parameters.get('expires'))
      if (!Number.isFinite(expires) || clock().getTime() >= expires * 1000) return { kind: 'expired' }
      return { kind: 'valid', claims: new Map(parameters) }
    },
  }
}
