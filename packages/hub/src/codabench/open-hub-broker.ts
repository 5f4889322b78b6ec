import { ScoregateError } from '@scoregate/protocol/errors'
import type { Logger } from 'pino'
import { createBroker } from './broker.ts'
import type { HubBroker } from './broker-queues.ts'
import type { BrokerSettings } from './broker-settings.ts'
import { createManagement } from './management.ts'

/**
 * The broker of a hub, tried out at its start. Throws `ScoregateError` where it refuses us, since only a person can change that.
 * One that does not answer is told to the log and does not keep the hub from serving everybody else: jobs wait in the outbox.
 */
export async function openHubBroker(settings: BrokerSettings, log: Logger): Promise<HubBroker> {
  const broker = createBroker(settings)
  const management = createManagement(settings)
  for (const check of [() => broker.check(), () => management.check()]) {
    await check().catch((error: unknown) => {
      if (!(error instanceof ScoregateError) || error.code !== 'broker-unreachable') throw error
      log.error({ err: error }, `${error.message} ${error.remedy}`)
    })
  }
  return { settings, broker, management }
}
