import type { Blobs } from '@scoregate/storage/blobs'
import type { Accounts } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { handleErrors } from '@scoregate/web/error-answers'
import { identify } from '@scoregate/web/identity'
import { securityHeaders } from '@scoregate/web/security-headers'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { accountRoutes } from './api/account-routes.ts'
import { createApiDocs } from './api/api-docs.ts'
import type { ApiParts } from './api/api-parts.ts'
import { competitionRoutes } from './api/competition-routes.ts'
import { datasetRoutes, fileRoutes } from './api/dataset-routes.ts'
import { phaseRoutes } from './api/phase-routes.ts'
import { queueRoutes } from './api/queue-routes.ts'
import { runRoutes } from './api/run-routes.ts'
import { siteRoutes } from './api/site-routes.ts'
import { submissionRoutes } from './api/submission-routes.ts'
import { workerRoutes } from './api/worker-routes.ts'
import type { HubParts } from './create-hub.ts'
import { apiDocsPage } from './pages/api-docs-page.tsx'
import { errorPage } from './pages/error-page.tsx'
import { SESSION_COOKIE } from './pages/paths.ts'
import { pageRoutes } from './pages/routes.tsx'

/** All that the hub answers over HTTP: links that are rights by themselves, machines, people's API, pages. */
export function createApp(given: {
  parts: HubParts
  accounts: Accounts
  blobs: Blobs
  clock: () => Date
  log: Logger
  publicUrl: () => string
  islandsFolder: string
  maxArtefactBytes: number
}): Hono<WebEnv> {
  const docs = createApiDocs()
  const api: ApiParts = { ...given, ...given.parts, docs }
  // Scripts for Codabench end their addresses with a slash; people do not.
  const app = new Hono<WebEnv>({ strict: false })
  const errors = handleErrors({ log: given.log, errorPage })
  app.onError(errors.onError)
  app.notFound(errors.notFound)
  app.use(securityHeaders())

  app.get('/healthz', (c) => c.json({ ok: true }))
  app.route('/', fileRoutes(api))
  app.route('/', workerRoutes(api))
  app.route('/', siteRoutes(api))
  app.route('/', runRoutes(api))

  app.use(identify(given.accounts, { cookieName: SESSION_COOKIE }))
  app.route('/', accountRoutes(api))
  app.route('/', competitionRoutes(api))
  app.route('/', phaseRoutes(api))
  app.route('/', queueRoutes(api))
  app.route('/', datasetRoutes(api))
  app.route('/', submissionRoutes(api))
  app.get('/api/openapi.json', (c) => c.json(docs.document()))
  app.get('/api/docs', async (c) => c.html(await apiDocsPage(c, docs.document())))
  app.route('/', pageRoutes({ hub: given.parts.hub, ...given }))
  return app
}
