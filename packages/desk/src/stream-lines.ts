import type { Logger } from 'pino'

const CHUNK_LENGTH = 65_536

/**
 * A body that is made while it is sent, some kilobytes at a time. What fails on the way breaks the connection, so that the
 * client sees a failed download and never a shorter file that looks whole. With `isLive` each line is sent when it is there.
 */
export function streamLines(
  lines: AsyncGenerator<string>,
  log: Logger,
  { isLive = false }: { isLive?: boolean } = {},
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      try {
        let text = ''
        while (text.length < CHUNK_LENGTH) {
          const next = await lines.next()
          if (next.done === true) {
            if (text !== '') controller.enqueue(encoder.encode(text))
            controller.close()
            return
          }
          text += next.value
          if (isLive) break
        }
        controller.enqueue(encoder.encode(text))
      } catch (error) {
        log.error({ err: error }, 'A download broke off.')
        throw error
      }
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
}
