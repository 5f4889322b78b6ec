import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'
import { accountRoutes } from './accounts/account-routes.tsx'
import { assetRoutes } from './assets.ts'
import { competitionRoutes } from './competition/competition-routes.tsx'
import { manageRoutes } from './competition/manage-routes.tsx'
import { homeRoutes } from './home-page.tsx'
import type { PageParts } from './page-parts.ts'
import { queueRoutes } from './queues/queue-routes.tsx'
import { submissionRoutes } from './submission/submission-routes.tsx'

/** All pages of the hub; to be mounted at `/` behind `identify` (cookie `SESSION_COOKIE` of paths.ts) and `securityHeaders`. */
export function pageRoutes(parts: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.route('/', assetRoutes(parts))
  routes.route('/', homeRoutes(parts))
  routes.route('/', accountRoutes(parts))
  routes.route('/', competitionRoutes(parts))
  routes.route('/', manageRoutes(parts))
  routes.route('/', submissionRoutes(parts))
  routes.route('/', queueRoutes(parts))
  return routes
}
