import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAssetName, readAsset } from '@scoregate/ui/stylesheet'
import type { WebEnv } from '@scoregate/web/environment'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { hubStylesheet } from './hub-stylesheet.ts'

const ISLAND_FILE = /^[a-z][a-z-]{0,60}\.js$/

/** What browsers load: style sheet, fonts, icon, and the built scripts in `islandsFolder`. None of it is anybody's secret. */
export function assetRoutes({ islandsFolder }: { islandsFolder: string }): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.get('/assets/:name', async (c) => {
    const name = c.req.param('name')
    if (name === 'hub.css') {
      const { css, digest } = await hubStylesheet()
      return send(c, { body: css, contentType: 'text/css; charset=utf-8', isLasting: isVersion(c, digest) })
    }
    if (isAssetName(name)) {
      const { body, contentType } = await readAsset(name)
      return send(c, { body, contentType, isLasting: name.endsWith('.woff2') })
    }
    const script = ISLAND_FILE.test(name) ? await readIsland(join(islandsFolder, name)) : undefined
    if (script === undefined) return c.notFound()
    return send(c, { body: script, contentType: 'text/javascript; charset=utf-8', isLasting: false })
  })
  return routes
}

/** Only an address that names the content by its digest may be kept; else a reader would keep last week's style. */
function isVersion(c: Context<WebEnv>, digest: string): boolean {
  const version = c.req.query('v') ?? ''
  return version.length >= 16 && digest.startsWith(version)
}

function send(
  c: Context<WebEnv>,
  asset: { body: string | Uint8Array<ArrayBuffer>; contentType: string; isLasting: boolean },
): Response {
  return c.body(asset.body, 200, {
    'content-type': asset.contentType,
    'cache-control': asset.isLasting ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
}

async function readIsland(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
