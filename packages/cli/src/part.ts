import { ScoregateError } from '@scoregate/protocol/errors'
import { EXIT } from './exit-codes.ts'
import { sayError } from './print.ts'
import type { PartMessage } from './start/supervisor.ts'

/** A program that runs until it is told to stop. */
export type Part = { stop(): Promise<void> }

/**
 * Runs one part in this process: starts it, tells whoever started us, and stops it cleanly on Ctrl-C, on SIGTERM, or
 * when the process that started us is gone (so that a killed `scoregate start` leaves nothing behind).
 */
export async function runPart(start: () => Promise<Part>): Promise<void> {
  let part: Part
  try {
    part = await start()
  } catch (error) {
    if (process.send === undefined) sayError(error, { json: false })
    else tellStarter(refusal(error))
    process.exitCode = EXIT.failed
    process.disconnect?.()
    return
  }
  tellStarter({ kind: 'up' })
  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    part.stop().then(
      () => process.exit(EXIT.ok),
      (error) => {
        sayError(error, { json: false })
        process.exit(EXIT.failed)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('disconnect', stop)
}

function tellStarter(message: PartMessage): void {
  process.send?.(message)
}

function refusal(error: unknown): PartMessage {
  if (error instanceof ScoregateError) {
    return {
      kind: 'refused',
      message: error.message,
      remedy: error.remedy,
      problems: [...error.problems],
    }
  }
  return {
    kind: 'refused',
    message: error instanceof Error ? error.message : String(error),
    remedy: 'This was not expected; the log of this part has more.',
    problems: [],
  }
}
