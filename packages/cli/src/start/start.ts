import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ensureSitePublicKey } from '@scoregate/desk/site-key'
import { STARTER_POLICY } from '@scoregate/gate/policy'
import { ScoregateError } from '@scoregate/protocol/errors'
import {
  ensureSecrets,
  installationPaths,
  newSignInLinks,
  type Provision,
  type Ready,
} from '../installation.ts'
import { writePrivateJson } from '../private-file.ts'
import type { Settings } from '../settings.ts'
import { commandFile, exampleFolder } from '../shipped-files.ts'
import { announce } from './announce.ts'
import { chooseSandbox } from './choose-sandbox.ts'
import { freePort, refuseTakenPort } from './ports.ts'
import { writeSampleSubmissions } from './sample-submissions.ts'
import { type PartName, type RunningPart, startPart } from './supervisor.ts'

/** A whole installation that runs. */
export type RunningInstallation = { readonly ready: Ready; stop(): Promise<void> }

/**
 * Starts hub, desk and one worker on this machine, each a process of its own, over one data folder that is kept between
 * starts. Writes `ready.json` when all is up.
 *
 * Throws `ScoregateError` when a port is taken, the policy has an error, or nothing can confine a run; then nothing
 * that was started is left running.
 */
export async function startInstallation(
  wanted: Settings,
  say: (line: string) => void,
): Promise<RunningInstallation> {
  const settings = await withPorts(wanted)
  const paths = installationPaths(settings.dataFolder)
  await mkdir(settings.dataFolder, { recursive: true, mode: 0o700 })
  await rm(paths.ready, { force: true })
  await ensurePolicy(settings)
  const sandbox = await chooseSandbox(settings, say)

  const secrets = await ensureSecrets(settings.dataFolder)
  const provision: Provision = {
    secrets,
    hubUrl: `http://${visibleHost(settings.host)}:${settings.hubPort}`,
    deskUrl: `http://${visibleHost(settings.host)}:${settings.deskPort}`,
    sitePublicKey: await ensureSitePublicKey(paths.desk),
    ...(settings.withExample ? { example: exampleFolder } : {}),
    signInLinks: newSignInLinks(secrets, new Date()),
  }
  await writePrivateJson(paths.provision, provision)
  const samples = settings.withExample ? await writeSampleSubmissions(exampleFolder, paths.samples) : []

  const parts: RunningPart[] = []
  const stopping = new AbortController()
  const stop = async () => {
    stopping.abort()
    // Worker first, so that it can give its job back; the desk before the hub, so that it can say its last word.
    for (const part of [...parts].reverse()) await part.stop()
    await rm(paths.ready, { force: true })
  }
  try {
    const names: readonly PartName[] = settings.withHub ? ['hub', 'desk', 'worker'] : ['desk', 'worker']
    for (const name of names) {
      say(`Starting the ${name} …`)
      parts.push(
        await startPart({
          name,
          command: [process.execPath, commandFile, name, ...partOptions(settings, sandbox)],
          folder: paths.processes,
          stopping: stopping.signal,
          onRestart: (part, exit) => say(`The ${part} ended (${exit}) and is started again.`),
        }),
      )
    }
  } catch (error) {
    await stop()
    throw error
  }
  const ready: Ready = {
    hub: provision.hubUrl,
    desk: provision.deskUrl,
    organizer: secrets.organizer,
    participant: secrets.participant,
    reviewer: secrets.reviewer,
  }
  await writePrivateJson(paths.ready, ready)
  announce({ settings, sandbox, provision, samples }, say)
  return { ready, stop }
}

function partOptions(settings: Settings, sandbox: 'engine' | 'bubblewrap'): string[] {
  return [
    ...['--data', settings.dataFolder],
    ...['--host', settings.host],
    ...['--hub-port', String(settings.hubPort)],
    ...['--desk-port', String(settings.deskPort)],
    ...['--policy', settings.policyFile],
    ...['--sandbox', sandbox],
    ...['--slots', String(settings.slots)],
  ]
}

/** Port 0 means any free one; the parts must know each other's, so it is chosen here. */
async function withPorts(settings: Settings): Promise<Settings> {
  const hubPort = settings.hubPort === 0 ? await freePort(settings.host) : settings.hubPort
  const deskPort = settings.deskPort === 0 ? await freePort(settings.host) : settings.deskPort
  if (settings.withHub) {
    await refuseTakenPort({
      host: settings.host,
      port: hubPort,
      owner: 'hub',
      variable: 'SCOREGATE_HUB_PORT',
    })
  }
  await refuseTakenPort({
    host: settings.host,
    port: deskPort,
    owner: 'desk',
    variable: 'SCOREGATE_DESK_PORT',
  })
  return { ...settings, hubPort, deskPort }
}

async function ensurePolicy(settings: Settings): Promise<void> {
  try {
    await access(settings.policyFile)
  } catch (cause) {
    if (settings.isOwnPolicy) {
      throw new ScoregateError({
        kind: 'bad-input',
        code: 'policy-missing',
        message: `The policy file ${settings.policyFile} cannot be read.`,
        remedy: 'Correct SCOREGATE_POLICY, or leave it unset to begin with the starter policy.',
        cause,
      })
    }
    await mkdir(dirname(settings.policyFile), { recursive: true, mode: 0o700 })
    await writeFile(settings.policyFile, STARTER_POLICY, { flag: 'wx', mode: 0o600 })
  }
}

function visibleHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
