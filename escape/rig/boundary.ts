import type { Crossing, CrossingChannel } from '../crossing.ts'

/** How long a condition may take on a machine that does other things too; what takes longer will never come. */
const PATIENCE_MS = 60_000

/** Everything that left one site, and a way to wait for what it makes true. */
export class Boundary {
  readonly crossings: Crossing[] = []
  private readonly waiting = new Set<() => void>()

  cross(channel: CrossingChannel, bytes: Buffer | string, jobId?: string): void {
    this.crossings.push({
      channel,
      bytes: Buffer.from(bytes),
      at: this.crossings.length,
      ...(jobId === undefined ? {} : { jobId }),
    })
  }

  /** Says that something may have become true. */
  changed(): void {
    for (const look of this.waiting) look()
  }

  /** Resolves when something may have become true: somebody logged, or the platform heard something. */
  untilChanged(): Promise<void> {
    return new Promise((resolve) => {
      const once = (): void => {
        this.waiting.delete(once)
        resolve()
      }
      this.waiting.add(once)
    })
  }

  /** What `look` finds, now or after a change; throws, naming `what`, when it finds nothing for a minute. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        this.waiting.delete(tryOnce)
      }
      const tryOnce = (): void => {
        const found = look()
        if (found === undefined) return
        done()
        resolve(found)
      }
      const timer = setTimeout(() => {
        done()
        reject(new Error(`Waited in vain for ${what}.`))
      }, PATIENCE_MS)
      this.waiting.add(tryOnce)
      tryOnce()
    })
  }
}
