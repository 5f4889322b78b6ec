import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { ScoregateError } from '@scoregate/protocol/errors'
import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import { closeInheritedFiles } from '@scoregate/sandbox/inherited-files'
import { startBrokerWorker, startWorker } from '@scoregate/worker/work'
import pino from 'pino'
import { readBrokerSettings, withEngineSocket } from './broker-settings.ts'
import { installationPaths, type Provision } from './installation.ts'
import type { Part } from './part.ts'
import type { Settings } from './settings.ts'

/** Runs the worker of this installation: of its hub, or of a Codabench queue where the environment names a broker. */
export async function startWorkerPart(settings: Settings, provision: Provision): Promise<Part> {
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
    deskUrl: provision.deskUrl,
    deskToken: provision.secrets.depositToken,
    dataFolder,
    workerName: hostname().slice(0, 64),
    slots: settings.slots,
  }
  const parts = { sandbox: found.sandbox, log }
  if (brokerSettings === undefined) {
    return startWorker({ ...site, hubUrl: provision.hubUrl, queueToken: provision.secrets.queueToken }, parts)
  }
  const { notes, ...broker } = brokerSettings
  for (const note of notes) log.info(note)
  return startBrokerWorker({ ...site, ...broker }, parts)
}
