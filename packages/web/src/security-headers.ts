import type { MiddlewareHandler } from 'hono'
import type { WebEnv } from './environment.ts'

/** Nothing runs, loads, frames or is sent but what the site itself serves. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** Headers for every answer of both sites. A handler that sets a stricter value of its own keeps it. */
export function securityHeaders(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    c.set('requestId', crypto.randomUUID())
    await next()
    const headers = c.res.headers
    const setDefault = (name: string, value: string) => {
      if (!headers.has(name)) headers.set(name, value)
    }
    setDefault('content-security-policy', CONTENT_SECURITY_POLICY)
    setDefault('x-content-type-options', 'nosniff')
    setDefault('referrer-policy', 'no-referrer')
    setDefault('cross-origin-opener-policy', 'same-origin')
    setDefault('cross-origin-resource-policy', 'same-origin')
    setDefault('permissions-policy', 'camera=(), microphone=(), geolocation=()')
    setDefault('cache-control', 'no-store')
  }
}
