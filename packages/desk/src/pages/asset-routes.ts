import { isAssetName, readAsset } from '@scoregate/ui/stylesheet'
import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'
import { ISLANDS, readIsland } from './islands.ts'

type Asset = {
  readonly body: Uint8Array<ArrayBuffer>
  readonly digest: string
  readonly contentType: string
}

/** The style sheet, fonts, icon and scripts; their content is the same for everybody, so browsers may keep it. */
export function assetRoutes({ islandsFolder }: { islandsFolder?: string | undefined }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get('/assets/:name', async (c) => {
    const asset = await findAsset(c.req.param('name'), islandsFolder)
    if (asset === undefined) return c.notFound()
    const etag = `"${asset.digest}"`
    c.header('etag', etag)
    // The addresses of style sheet and scripts carry their digest; those of the fonts and the icon do not.
    c.header(
      'cache-control',
      c.req.query('v') === undefined ? 'public, max-age=3600' : 'public, max-age=31536000, immutable',
    )
    if (c.req.header('if-none-match') === etag) return c.body(null, 304)
    c.header('content-type', asset.contentType)
    return c.body(asset.body)
  })
  return app
}

async function findAsset(name: string, islandsFolder: string | undefined): Promise<Asset | undefined> {
  if (isAssetName(name)) return readAsset(name)
  const island = ISLANDS.find((known) => name === `${known}.js`)
  const script = island && (await readIsland(islandsFolder, island))
  return script && { ...script, contentType: 'text/javascript; charset=utf-8' }
}
