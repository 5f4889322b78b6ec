import { readFile, stat } from 'node:fs/promises'
import { parsePolicy, workerSite } from '@scoregate/gate/policy'
import type { WorkerSite } from '@scoregate/protocol/deposit'
import type { RoomExamination } from '@scoregate/protocol/worker-report'
import { examineSandbox } from '@scoregate/sandbox/examine-sandbox'
import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import type { PromiseReport, PromiseState } from '@scoregate/sandbox/promises'
import { doctorResultFile } from '@scoregate/worker/doctor-result'
import { EXIT } from '../exit-codes.ts'
import { installationPaths } from '../installation.ts'
import { say, sayJson } from '../print.ts'
import { writePrivateJson } from '../private-file.ts'
import type { Settings } from '../settings.ts'
import { DoctorReport, doctorText } from './doctor-report.ts'
import { examineImages, namedEngineImages } from './examine-images.ts'
import { examineMachine } from './examine-machine.ts'
import { examineParkedRuns } from './examine-parked-runs.ts'

/**
 * Prints what holds on this machine of what is promised of a run; resolves with the exit code: 0 when all holds that could be
 * checked, 1 when something does not or no sandbox is usable.
 */
export async function runDoctor(settings: Settings, { json }: { readonly json: boolean }): Promise<number> {
  if (!json) say('Trying this out in a few small rooms, which takes some seconds …\n')
  const report = await examine(settings)
  await keepForWorker(settings, report)
  if (json) sayJson(report)
  else say(doctorText(report))
  return report.verdict === 'all-holds' ? EXIT.ok : EXIT.failed
}

async function examine(settings: Settings): Promise<DoctorReport> {
  const site = await readSite(settings)
  const { roomUsers } = settings
  const sandboxes = []
  for (const sandbox of ['engine', 'bubblewrap'] as const) {
    if (settings.sandbox !== 'automatic' && settings.sandbox !== sandbox) continue
    const images = namedEngineImages(site?.images ?? [])
    sandboxes.push(await examineSandbox({ sandbox, images, env: process.env, roomUsers }))
  }
  // As a worker chooses: an engine before bubblewrap.
  const chosen = sandboxes.find(({ usable }) => usable)
  const images = await imagesOf(site, chosen?.sandbox, settings)
  const parked = await examineParkedRuns(installationPaths(settings.dataFolder).worker)
  const machine = [...(await examineMachine(settings, site)), ...images, ...parked]
  const doesHold = [...(chosen?.promises ?? []), ...machine].every(({ state }) => state !== 'does-not-hold')
  return DoctorReport.parse({
    format: 'scoregate-doctor/1',
    ...(chosen === undefined ? {} : { chosen: chosen.sandbox }),
    verdict: verdictOf(chosen !== undefined, doesHold),
    sandboxes,
    machine,
  })
}

/** The worker of this installation passes on which promises hold, so that the desk can show it. */
async function keepForWorker({ dataFolder }: Settings, report: DoctorReport): Promise<void> {
  const { worker } = installationPaths(dataFolder)
  const sandbox = report.sandboxes.find((one) => one.sandbox === report.chosen)
  if (sandbox === undefined || !(await isFolder(worker))) return
  const inState = (state: PromiseState) =>
    sandbox.promises.filter((one) => one.state === state).map(({ id }) => id)
  const result: RoomExamination = {
    examinedAt: new Date().toISOString(),
    sandbox: sandbox.sandbox,
    broken: inState('does-not-hold'),
    unchecked: inState('not-checked'),
  }
  await writePrivateJson(doctorResultFile(worker), result)
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ?? false
}

function verdictOf(isUsable: boolean, doesHold: boolean): DoctorReport['verdict'] {
  if (!isUsable) return 'nothing-usable'
  return doesHold ? 'all-holds' : 'something-does-not-hold'
}

async function imagesOf(
  site: WorkerSite | undefined,
  choice: 'engine' | 'bubblewrap' | undefined,
  { roomUsers }: Settings,
): Promise<PromiseReport[]> {
  if (site === undefined || choice === undefined) return []
  const found = await findSandbox({ choice, ownerMark: 'scoregate-doctor', env: process.env, roomUsers })
  return found.kind === 'found' ? await examineImages(site.images, found.sandbox) : []
}

/** What a worker would be told of the policy; the desk says what is wrong with one that cannot be read. */
async function readSite(settings: Settings): Promise<WorkerSite | undefined> {
  const text = await readFile(settings.policyFile, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const reading = parsePolicy(text, settings.policyFile)
  return reading.kind === 'valid' ? workerSite(reading.policy, reading.digest) : undefined
}
