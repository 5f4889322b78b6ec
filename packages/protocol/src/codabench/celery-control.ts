import { z } from 'zod'

/** The fanout exchange of Celery's remote control; its attributes must be these (protocol reference, 1.4). */
export const CONTROL_EXCHANGE = {
  name: 'celery.pidbox',
  type: 'fanout',
  options: { durable: false, autoDelete: false },
} as const

const Revoke = z.looseObject({
  method: z.literal('revoke'),
  arguments: z.looseObject({ task_id: z.union([z.string(), z.array(z.string())]) }),
})

/** The tasks that a control message revokes; none for every other message, of which there are many. Never throws. */
export function readRevoked(content: Uint8Array): readonly string[] {
  try {
    const parsed = Revoke.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)))
    return parsed.success ? [parsed.data.arguments.task_id].flat() : []
  } catch {
    return []
  }
}

/** A message that revokes a task and ends it where it runs, as Codabench's site sends it. */
export function writeRevoke(
  taskId: string,
  now: Date,
): { content: Uint8Array; headers: Record<string, unknown> } {
  const message = {
    method: 'revoke',
    arguments: { task_id: taskId, terminate: true, signal: 'SIGTERM' },
    destination: null,
    pattern: null,
    matcher: null,
  }
  return {
    content: new TextEncoder().encode(JSON.stringify(message)),
    headers: { clock: 1, expires: now.getTime() / 1000 + 1 },
  }
}
