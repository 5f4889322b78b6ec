import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { JobRef } from '@scoregate/gate/upward-word'
import { Digest } from '@scoregate/protocol/digest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlatformClient } from './platform-client.ts'

describe('a platform that refuses', () => {
  let body: unknown = {}
  const server = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.close()
  })

  it.each([
    [{ code: 'receipt-differs', detail: 'The receipt is not about this.' }, ' (receipt-differs)'],
    [{ code: 'Call +1 555 0100 at once', detail: 'Your password has expired.' }, ''],
    ['a page of a proxy', ''],
  ])('is quoted by its code, and by nothing else that it says', async (said, shown) => {
    body = said
    const { port } = server.address() as AddressInfo // a server that listens has an address
    const client = createPlatformClient({
      url: `http://127.0.0.1:${port}`,
      siteToken: 'token',
      signal: new AbortController().signal,
    })
    const answer = await client.say({
      kind: 'awaiting-validation',
      job: JobRef.parse({ jobId: 'job-1', attempt: 1 }),
      hold: Digest.parse('a'.repeat(64)),
    })
    expect(answer).toEqual({ kind: 'failed', why: `The platform answered with HTTP status 400${shown}.` })
  })
})
