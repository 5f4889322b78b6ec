import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A registry on this machine with one image, which nobody has fetched yet. */
export type TestRegistry = AsyncDisposable & {
  /** Its name, without a digest: `127.0.0.1:…/scoregate-test-fetched`. */
  readonly name: string
  /** `sha256:…` of the image in this registry. */
  readonly digest: string
}

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json'

/** An image of one empty layer, for the processor of this machine; an engine trusts a registry on 127.0.0.1 without TLS. */
export async function startRegistry(): Promise<TestRegistry> {
  const layer = Buffer.alloc(1024)
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      // No two runs of the tests have the same image.
      config: { Env: [`RUN=${randomBytes(8).toString('hex')}`] },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  )
  const described = (mediaType: string, content: Buffer) => ({
    mediaType: `application/vnd.docker.${mediaType}`,
    size: content.length,
    digest: digestOf(content),
  })
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: described('container.image.v1+json', config),
      layers: [described('image.rootfs.diff.tar', layer)],
    }),
  )
  const contents = new Map([layer, config, manifest].map((content) => [digestOf(content), content]))
  const server = createServer((request, response) => {
    const asked = request.url?.split('/').at(-1) ?? ''
    const content = contents.get(asked)
    if (request.url === '/v2/') return response.end('{}')
    if (content === undefined) return response.writeHead(404).end()
    const type = content === manifest ? MANIFEST_TYPE : 'application/octet-stream'
    response.writeHead(200, {
      'Content-Type': type,
      'Content-Length': content.length,
      'Docker-Content-Digest': asked,
    })
    return response.end(request.method === 'HEAD' ? undefined : content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listening on a port, not on a path
  return {
    name: `127.0.0.1:${port}/scoregate-test-fetched`,
    digest: digestOf(manifest),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
