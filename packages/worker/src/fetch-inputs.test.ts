import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchInput } from './fetch-inputs.ts'

/** Fetches `/archive` from a server that answers as given. */
async function fetchFrom(listener: RequestListener, given: { maxBytes?: number; sizeBytes?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-fetch-'))
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  const origin = `http://127.0.0.1:${port}`
  const file = join(folder, 'archive.zip')
  try {
    const outcome = await fetchInput({
      link: {
        url: `${origin}/archive?signature=secret`,
        ...(given.sizeBytes === undefined ? {} : { sizeBytes: given.sizeBytes }),
      },
      file,
      maxBytes: given.maxBytes ?? 1000,
      allowedOrigins: new Set([origin]),
      signal: new AbortController().signal,
      pace: { firstMs: 1, longestMs: 5 },
    })
    const content = (await readdir(folder)).length > 0 ? await readFile(file, 'utf8') : undefined
    return { outcome, content, asked }
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  }
}

describe('fetching an input', () => {
  it('comes through a server that stumbles', async () => {
    let tries = 0
    const { outcome, content } = await fetchFrom((_request, response) => {
      tries += 1
      if (tries === 1) return response.writeHead(503).end()
      if (tries === 2) {
        response.writeHead(200, { 'Content-Length': 5 }).write('hal')
        return setImmediate(() => response.destroy())
      }
      return response.end('hello')
    })
    expect(outcome).toMatchObject({ kind: 'fetched', sizeBytes: 5 })
    expect(content).toBe('hello')
  })

  it('gives up on a server that stays broken, and names no link', async () => {
    const { outcome, asked } = await fetchFrom((_request, response) => response.writeHead(500).end())
    expect(outcome).toEqual({ kind: 'refused', why: 'status 500, 4 times' })
    expect(asked).toHaveLength(4)
  })

  it('follows no redirect', async () => {
    const { outcome, asked } = await fetchFrom((_request, response) =>
      response.writeHead(302, { Location: '/elsewhere' }).end(),
    )
    expect(outcome.kind).toBe('refused')
    expect(asked).not.toContain('/elsewhere')
  })

  it.each([
    ['a link that has expired', 403, 'hello', {}],
    ['more than the policy allows', 200, 'x'.repeat(1001), {}],
    ['another size than was promised', 200, 'hello', { sizeBytes: 6 }],
    ['a promise of too much', 200, 'hello', { sizeBytes: 1001 }],
  ])('refuses %s', async (_what, status, body, given) => {
    const { outcome } = await fetchFrom((_request, response) => response.writeHead(status).end(body), given)
    expect(outcome.kind).toBe('refused')
    expect(JSON.stringify(outcome)).not.toContain('secret')
  })
})
