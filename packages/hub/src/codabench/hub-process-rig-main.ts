import { join } from 'node:path'
import pino from 'pino'
import { z } from 'zod'
import { startHub } from '../start-hub.ts'
import { readBrokerSettings } from './broker-settings.ts'

/** The program of `startHubProcess`: a hub over a folder, until it is killed. */
const Given = z.object({
  dataFolder: z.string(),
  port: z.int(),
  amqp: z.string(),
  management: z.string(),
})

const given = Given.parse(JSON.parse(process.env['RIG_HUB'] ?? ''))
await startHub({
  dataFolder: given.dataFolder,
  host: '127.0.0.1',
  port: given.port,
  islandsFolder: join(given.dataFolder, 'no-islands'),
  log: pino({ level: 'info' }),
  limits: { sweepSeconds: 0.02 },
  broker: readBrokerSettings(given),
})
