import { createReadStream } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'

/**
 * Sends a file by PUT as it is read, telling progress from 0 to 1; resolves with the answer's status and text.
 * Rejects when the file cannot be read or the connection breaks.
 */
export async function putFile(
  given: { url: URL; file: string; sizeBytes: number; mediaType: string },
  onProgress: (share: number) => void,
): Promise<{ status: number; text: string }> {
  const start = given.url.protocol === 'https:' ? httpsRequest : httpRequest
  const outgoing = start(given.url, {
    method: 'PUT',
    headers: { 'content-type': given.mediaType, 'content-length': given.sizeBytes },
  })
  const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('response', async (response) => {
      try {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve({ status: response.statusCode ?? 0, text })
      } catch (error) {
        reject(error)
      }
    })
  })
  let sent = 0
  const counted = createReadStream(given.file).on('data', (chunk) => {
    sent += chunk.length
    onProgress(given.sizeBytes === 0 ? 1 : sent / given.sizeBytes)
  })
  // A site that refuses may answer before it has read everything; its answer counts, not the broken pipe.
  const [answer] = await Promise.all([answered, pipeline(counted, outgoing).catch(() => undefined)])
  return answer
}
