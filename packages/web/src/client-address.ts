import type { Context } from 'hono'
import type { WebEnv } from './environment.ts'

/**
 * Where a request comes from. Behind a reverse proxy that is what the proxy says, if it is the one that the site was told
 * to trust; anybody else could write what they like there.
 */
export function clientAddress(c: Context<WebEnv>, trustedProxy: string | undefined): string | undefined {
  const peer = plainAddress(c.env.incoming.socket.remoteAddress)
  if (peer === undefined || trustedProxy === undefined || peer !== plainAddress(trustedProxy)) return peer
  // The last one is what the proxy itself saw; what stands before it came with the request.
  const told = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
  return plainAddress(told) ?? peer
}

/** An IPv4 address also where it is written as an IPv6 one. */
function plainAddress(address: string | undefined): string | undefined {
  const plain = address?.toLowerCase().replace(/^::ffff:(?=[0-9.]+$)/, '')
  return plain !== undefined && /^[0-9a-f.:]{2,45}$/.test(plain) ? plain : undefined
}
