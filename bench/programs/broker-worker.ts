import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import { BrokerWorkerConfig } from '@scoregate/worker/config'
import { startBrokerWorker } from '@scoregate/worker/work'
import pino from 'pino'

const config = BrokerWorkerConfig.parse(JSON.parse(process.argv[2] ?? ''))
const found = await findSandbox({ choice: 'engine', ownerMark: `bench-${process.pid}`, env: process.env })
if (found.kind === 'none') throw new Error(found.problems.join(' '))
const log = pino({ level: process.env['BENCH_LOG'] ?? 'error' }, pino.destination(2))
const worker = await startBrokerWorker(config, { sandbox: found.sandbox, log })
process.send?.({ ready: {} })
process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
