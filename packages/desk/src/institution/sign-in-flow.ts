import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { sameSecret } from '@scoregate/web/secrets'
import { z } from 'zod'

/** What a sign-in at the provider is for: to come in, or to connect the account of whoever is in already. */
export const FlowPurpose = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sign-in'), next: z.string() }),
  z.strictObject({ kind: z.literal('connect'), sessionId: z.string() }),
])
export type FlowPurpose = z.infer<typeof FlowPurpose>

const Flow = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  purpose: FlowPurpose,
  until: z.number(),
})

/** One journey to the provider and back: what only the browser that began it can bring along. */
export type Flow = z.infer<typeof Flow>

/** How long somebody may take to sign in at the provider. */
export const FLOW_SECONDS = 600

/** Seals flows into a cookie, and opens each once. */
export type FlowSeal = ReturnType<typeof createFlowSeal>

/**
 * What belongs to a journey stands in a cookie of the browser that makes it, and not at the desk: whoever only begins
 * journeys fills no table. The key is made anew with each start, so that what was opened before a start cannot be opened
 * after it.
 */
export function createFlowSeal(clock: () => Date) {
  const key = randomBytes(32)
  const opened = new Map<string, number>()

  function forgetOld(now: number): void {
    // In the order of their opening, so that the first that is not old ends it.
    for (const [state, until] of opened) {
      if (until > now) return
      opened.delete(state)
    }
  }

  return {
    seal(given: Omit<Flow, 'until'>): string {
      const flow: Flow = { ...given, until: clock().getTime() + FLOW_SECONDS * 1000 }
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const sealed = [iv, cipher.update(JSON.stringify(flow), 'utf8'), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(sealed).toString('base64url')
    },

    /** The flow, if this cookie began it with this state, not too long ago, and it was not opened before. */
    open(cookie: string, state: string): Flow | undefined {
      const flow = decrypt(cookie, key)
      const now = clock().getTime()
      forgetOld(now)
      if (flow === undefined || flow.until <= now || !sameSecret(flow.state, state)) return undefined
      if (opened.has(flow.state)) return undefined
      opened.set(flow.state, now + FLOW_SECONDS * 1000)
      return flow
    },
  }
}

function decrypt(cookie: string, key: Buffer): Flow | undefined {
  const sealed = Buffer.from(cookie, 'base64url')
  if (sealed.length <= 28) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(-16))
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
    return Flow.parse(JSON.parse(text.toString('utf8')))
  } catch {
    return undefined // not of this key, or altered
  }
}
