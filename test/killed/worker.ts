// Seals a folder and brings it to a desk with the worker's own parts, until it is there; killed on the way by `steps.ts`.

import './steps.ts'

import { isDeepStrictEqual } from 'node:util'
import { sealFolder } from '@scoregate/gate/seal'
import { Deposit } from '@scoregate/protocol/deposit'
import pino from 'pino'
import { z } from 'zod'
import { startDepositor } from '../../packages/worker/src/depositor.ts'
import { connectDesk } from '../../packages/worker/src/desk-client.ts'
import type { JobKeeper } from '../../packages/worker/src/job-source.ts'
import { type LeftoverRun, openSpool } from '../../packages/worker/src/spool.ts'
import { done } from './steps.ts'

const setting = z
  .strictObject({
    /** Absent for a worker that is started again: it deposits what is left. */
    tree: z.string().optional(),
    spool: z.string(),
    deskUrl: z.string(),
    deskToken: z.string(),
    deposit: Deposit,
  })
  .parse(JSON.parse(process.argv[2] ?? ''))

const LIMITS = { maxFiles: 1000, maxBytes: 10 ** 9, maxDepth: 8 }

const spool = await openSpool(setting.spool)
const desk = connectDesk({ ...setting, workerName: 'killed worker' })
const depositor = startDepositor({
  desk,
  giveUp: () => Promise.reject(new Error('this desk takes every run')),
  log: pino({ level: 'silent' }),
})
for (const leftover of await spool.takeLeftovers()) await delivered(leftover)
if (setting.tree !== undefined) await delivered(await sealed(setting.tree))
await depositor.stop()
process.stdout.write(JSON.stringify(done))

async function sealed(tree: string): Promise<LeftoverRun> {
  const run = await spool.begin()
  const { entries } = await sealFolder({
    section: 'scoring_output',
    folder: tree,
    sink: run.sink,
    limits: LIMITS,
  })
  const { deposit } = setting
  if (!isDeepStrictEqual(entries, deposit.manifest.entries)) throw new Error('other bytes were sealed')
  const record = { format: 'scoregate-spool/1' as const, deposit, leaseSeconds: 60 }
  await run.commit(record)
  return { run, record }
}

function delivered(leftover: LeftoverRun): Promise<void> {
  return new Promise((resolve) => {
    const keeper: JobKeeper = {
      signal: new AbortController().signal,
      ending: undefined,
      report: () => undefined,
      stop: async () => resolve(),
      handOver: async () => resolve(),
    }
    depositor.add(leftover, keeper)
  })
}
