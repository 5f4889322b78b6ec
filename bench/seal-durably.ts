import { sealFolder } from '@scoregate/gate/seal'
import { openSpool } from '../packages/worker/src/spool.ts'
import { spoolRecordOf } from './spool-record.ts'

const LIMITS = { maxFiles: 1_000_000, maxBytes: 10 ** 11, maxDepth: 32 }

/** Seals a folder into a spool as a worker does, until its record is durable. */
export async function sealDurably(folder: string, spoolFolder: string): Promise<void> {
  const spooled = await (await openSpool(spoolFolder)).begin()
  const sealed = await sealFolder({ section: 'scoring_output', folder, sink: spooled.sink, limits: LIMITS })
  if (sealed.refusals.length > 0) throw new Error('a tree of the bench was refused')
  await spooled.commit(spoolRecordOf(sealed.entries))
}
