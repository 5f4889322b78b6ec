import { startDesk } from '@scoregate/desk/start-desk'
import pino from 'pino'
import { z } from 'zod'
import { peakKilobytes } from '../peak-memory.ts'

const Setting = z.strictObject({
  dataFolder: z.string(),
  policyFile: z.string(),
  workerToken: z.string(),
  platform: z.strictObject({ url: z.string(), siteToken: z.string() }),
  person: z.strictObject({ username: z.string(), password: z.string(), token: z.string() }),
})

const setting = Setting.parse(JSON.parse(process.argv[2] ?? ''))
// A deposit is logged when it is in the records: that is the moment at which the desk has the hold.
const log = pino({ level: 'info' }, { write: (line: string) => void process.send?.(JSON.parse(line)) })
const desk = await startDesk({
  dataFolder: setting.dataFolder,
  host: '127.0.0.1',
  port: 0,
  policyFile: setting.policyFile,
  workerToken: setting.workerToken,
  platforms: [setting.platform],
  provision: { people: [setting.person] },
  log,
})
process.send?.({ ready: { url: desk.url } })
process.on('message', () => process.send?.({ peakKilobytes: peakKilobytes() }))
process.once('SIGTERM', () => void desk.close().then(() => process.exit(0)))
