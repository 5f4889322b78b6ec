import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { bearerToken } from '@scoregate/web/identity'
import { sameSecret } from '@scoregate/web/secrets'
import { Hono } from 'hono'
import { countHolds } from '../inbox/list-holds.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireAnyRole } from '../people/roles.ts'
import { countBacklog } from '../release/outbox-queries.ts'
import type { HealthCheck } from './health-check.ts'
import { metricsText } from './metrics.ts'
import { listWorkers } from './worker-records.ts'
import { WorkersPage } from './workers-page.tsx'

type HealthDesk = {
  db: DeskDb
  clock: () => Date
  health: HealthCheck
  /** What a Prometheus server shows; without one there are no metrics. */
  metricsToken: string | undefined
}

/** For whatever watches over the program; no person's token is asked for. */
export function watchRoutes(desk: HealthDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get('/healthz', async (c) => {
    c.header('cache-control', 'no-store')
    const health = await desk.health()
    return c.json(health, health.status === 'ok' ? 200 : 503)
  })

  app.get('/metrics', async (c) => {
    const token = bearerToken(c)
    if (desk.metricsToken === undefined) throw noMetrics()
    if (token === undefined || !sameSecret(token, desk.metricsToken)) throw noMetricsToken()
    c.header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    c.header('cache-control', 'no-store')
    return c.body(await metricsText({ ...desk, now: desk.clock() }))
  })

  return app
}

/** The page of the workers. */
export function workersPageRoutes(desk: { db: DeskDb; clock: () => Date; frame: Frame }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get(paths.workers, requireAnyRole(), async (c) => {
    const { waiting, failed } = await countHolds(desk.db)
    const depths = { waiting, failed, outbox: await countBacklog(desk.db) }
    const content = <WorkersPage workers={await listWorkers(desk.db)} depths={depths} now={desk.clock()} />
    return c.html(desk.frame(c, { title: 'Workers', place: 'workers', content }))
  })
  return app
}

function noMetrics(): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'no-metrics',
    message: 'This desk gives no metrics.',
    remedy: 'Start it with SCOREGATE_METRICS_TOKEN, and let Prometheus send that token.',
  })
}

function noMetricsToken(): ScoregateError {
  return new ScoregateError({
    kind: 'not-signed-in',
    code: 'not-prometheus',
    message: 'This address is for the monitoring of this site.',
    remedy: 'Send SCOREGATE_METRICS_TOKEN in the Authorization header: Bearer, a space, the token.',
  })
}
