import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import { WorkerConfig } from '@scoregate/worker/config'
import { startWorker } from '@scoregate/worker/work'
import pino from 'pino'

const config = WorkerConfig.parse(JSON.parse(process.argv[2] ?? ''))
const found = await findSandbox({ choice: 'engine', ownerMark: `bench-${process.pid}`, env: process.env })
if (found.kind === 'none') throw new Error(found.problems.join(' '))
const log = pino({ level: process.env['BENCH_LOG'] ?? 'error' }, pino.destination(2))
const worker = await startWorker(config, { sandbox: found.sandbox, log })
process.send?.({ ready: {} })
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
