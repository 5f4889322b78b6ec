import { isAssetName, readAsset } from '@scoregate/ui/stylesheet'
import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'

/** The style sheet, fonts and icon; their content is the same for everybody, so browsers may keep it. */
export function assetRoutes(): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get('/assets/:name', async (c) => {
    const name = c.req.param('name')
    if (!isAssetName(name)) return c.notFound()
    const asset = await readAsset(name)
    const etag = `"${asset.digest}"`
    c.header('etag', etag)
    // The style sheet's address carries its digest; the fonts' and the icon's do not.
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
