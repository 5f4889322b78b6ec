import { z } from 'zod'
import { peakKilobytes } from '../peak-memory.ts'
import { sealDurably } from '../seal-durably.ts'

const setting = z
  .strictObject({ tree: z.string(), spool: z.string() })
  .parse(JSON.parse(process.argv[2] ?? ''))
await sealDurably(setting.tree, setting.spool)
process.send?.({ ready: { peakKilobytes: peakKilobytes() } })
process.disconnect()
