import { createHash } from 'node:crypto'
import { ScoregateError } from '@scoregate/protocol/errors'
import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import { closeInheritedFiles } from '@scoregate/sandbox/inherited-files'
import { startBrokerWorker, startWorker } from '@scoregate/worker/work'
import pino from 'pino'
import { readBrokerSettings, withEngineSocket } from './broker-settings.ts'
import { installationPaths } from './installation.ts'
import type { Part } from './part.ts'
import type { Settings } from './settings.ts'
import type { WorkerPlace } from './worker-place.ts'

/** Runs a worker beside the data: of a hub, or of a Codabench queue where the environment names a broker. */
export async function startWorkerPart(settings: Settings, place: WorkerPlace): Promise<Part> {
  closeInheritedFiles()
  const log = pino({ name: 'worker', level: settings.logLevel })
  const brokerSettings = readBrokerSettings(process.env)
  const { worker: dataFolder } = installationPaths(settings.dataFolder)
  // Rooms are marked with their worker, so that one worker never clears away another's.
  const found = await findSandbox({
    choice: settings.sandbox,
    ownerMark: `scoregate-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`,
    env: withEngineSocket(process.env),
    roomUsers: settings.roomUsers,
  })
  if (found.kind === 'none') {
    throw new ScoregateError({
      kind: 'internal',
      code: 'no-sandbox',
      message: 'Nothing on this machine can confine a run, so the worker does not start.',
      remedy: 'Mend one of these, then start again.',
      problems: found.problems.map((what) => ({ where: 'sandbox', what, remedy: '' })),
    })
  }
  const site = {
    deskUrl: place.deskUrl,
    deskToken: place.depositToken,
    dataFolder,
    workerName: place.workerName,
    slots: settings.slots,
  }
  const parts = { sandbox: found.sandbox, log }
  if (brokerSettings === undefined) {
    if (place.hub === undefined) throw noJobs()
    return startWorker({ ...site, hubUrl: place.hub.url, queueToken: place.hub.queueToken }, parts)
  }
  const { notes, ...broker } = brokerSettings
  for (const note of notes) log.info(note)
  return startBrokerWorker({ ...site, ...broker }, parts)
}

function noJobs(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-settings',
    message: 'This worker is told of no hub and no broker, so there is nobody to take jobs from.',
    remedy: 'Set SCOREGATE_WORKER_HUB and SCOREGATE_WORKER_HUB_TOKEN, or BROKER_URL.',
  })
}
