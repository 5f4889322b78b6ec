import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { type Context, Hono } from 'hono'
import { NewQueue } from '../../api/queue-routes.ts'
import type { BrokerUrl } from '../../codabench/broker-settings.ts'
import { setFlash } from '../flash.ts'
import type { PageParts } from '../page-parts.ts'
import { paths } from '../paths.ts'
import { idParam, personOf } from '../request-values.ts'
import { csrfOf, sitePage } from '../site-page.tsx'
import { BrokerUrlPage, QueuesPage } from './queues-page.tsx'

/** The queues that somebody may choose for a competition, and those that are theirs. */
export function queueRoutes({ hub }: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.get(paths.queues, async (c) => {
    const queues = await hub.queues.status(personOf(c))
    const content = <QueuesPage queues={queues} csrf={csrfOf(c)} />
    return c.html(sitePage(c, { title: 'Queues', current: 'queues', content }))
  })

  routes.post(paths.queues, async (c) => {
    const { name } = await parseBody(c, NewQueue)
    return showBrokerUrl(c, { name, ...(await hub.queues.create(name, personOf(c))) })
  })

  routes.post('/queues/:id/rotate', async (c) => {
    const id = idParam(c, 'id', 'queue')
    const url = await hub.queues.rotate(id, personOf(c))
    const queue = (await hub.queues.status(personOf(c))).find((one) => one.id === id)
    return showBrokerUrl(c, { name: queue?.name ?? '', ...url })
  })

  routes.post('/queues/:id/revoke', async (c) => {
    await hub.queues.revoke(idParam(c, 'id', 'queue'), personOf(c))
    setFlash(c, 'queue-revoked')
    return c.redirect(paths.queues, 303)
  })

  routes.post('/queues/:id/delete', async (c) => {
    await hub.queues.remove(idParam(c, 'id', 'queue'), personOf(c))
    setFlash(c, 'queue-deleted')
    return c.redirect(paths.queues, 303)
  })
  return routes
}

/** Answered to the form itself: the URL is kept nowhere, so that no other page could show it. */
function showBrokerUrl(c: Context<WebEnv>, shown: BrokerUrl & { name: string }) {
  const content = <BrokerUrlPage {...shown} />
  return c.html(sitePage(c, { title: 'Broker URL', current: 'queues', width: 'narrow', content }))
}
