import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendFile } from './send-file.ts'

const CONTENT = Buffer.alloc(5_000_000, 'a sealed file ')

let folder: string
let file: string
let server: Server | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-send-'))
  file = join(folder, 'file')
  await writeFile(file, CONTENT)
})
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
  await rm(folder, { recursive: true })
})

async function serve(listener: RequestListener): Promise<string> {
  const made = createServer(listener)
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/` // it listens on a port, not on a pipe
}

const send = (url: string, signal = new AbortController().signal) =>
  sendFile({ method: 'PUT', url, token: 'a-token', file, timeoutMs: 60_000, signal })

describe('sending a file', () => {
  it('brings its bytes with their length in front, and the token', async () => {
    const came: object[] = []
    const url = await serve((request, response) => {
      void buffer(request).then((bytes) => {
        const { authorization, 'content-length': length } = request.headers
        came.push({ authorization, length, sha256: createHash('sha256').update(bytes).digest('hex') })
        response.writeHead(201).end('{"stored":true}')
      })
    })
    expect(await send(url)).toEqual({ kind: 'answer', status: 201, body: { stored: true } })
    const sha256 = createHash('sha256').update(CONTENT).digest('hex')
    expect(came).toEqual([{ authorization: 'Bearer a-token', length: String(CONTENT.byteLength), sha256 }])
  })

  it('hears a refusal that comes before all is sent', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(413).end('{"code":"too-large"}')
    })
    expect(await send(url)).toEqual({ kind: 'answer', status: 413, body: { code: 'too-large' } })
  })

  it('follows no redirect, since the token is for one server', async () => {
    const asked: (string | undefined)[] = []
    const url = await serve((request, response) => {
      asked.push(request.url)
      request.resume().once('end', () => response.writeHead(307, { location: '/elsewhere' }).end())
    })
    expect(await send(url)).toMatchObject({ kind: 'answer', status: 307 })
    expect(asked).toEqual(['/'])
  })

  it('says that a server is not there, without its address', async () => {
    const url = await serve(() => undefined)
    await new Promise((resolve) => server?.close(resolve))
    expect(await send(url)).toEqual({ kind: 'unreachable', why: 'ECONNREFUSED' })
  })

  it('stops when it is told to, with the reason', async () => {
    const stop = new AbortController()
    const url = await serve(() => stop.abort(new Error('the worker stops')))
    await expect(send(url, stop.signal)).rejects.toThrow('the worker stops')
  })
})
