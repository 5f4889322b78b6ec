import pino from 'pino'
import { readBrokerSettings } from './broker-settings.ts'
import { openHubBroker } from './open-hub-broker.ts'

/** Tries a broker as a hub does at its start, then makes a queue there; the first argument is the virtual host. */
const [vhost = ''] = process.argv.slice(2)
const settings = readBrokerSettings({
  amqp: process.env['SCOREGATE_AMQP'] ?? '',
  management: process.env['SCOREGATE_AMQP_MANAGEMENT'],
})
const log = pino()
const { broker, management } = await openHubBroker(settings, log)
try {
  await management.ensureVhost(vhost)
  await broker.declareQueue(vhost)
  log.info('The queue is made.')
} catch (error) {
  log.error({ err: error }, 'The queue could not be made.')
} finally {
  await broker.close()
}
