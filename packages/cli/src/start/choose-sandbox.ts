import { readFile } from 'node:fs/promises'
import { parsePolicy, resolveImage, workerSite } from '@scoregate/gate/policy'
import { ScoregateError } from '@scoregate/protocol/errors'
import { findEngineSocket } from '@scoregate/sandbox/engine-socket'
import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import { withEngineSocket } from '../broker-settings.ts'
import type { Settings } from '../settings.ts'
import { installPackages, isInstalled } from './install-packages.ts'
import { pullImage } from './pull-image.ts'

/** The image that the example competition names; its programs need Python 3.9 or newer and nothing else. */
const EXAMPLE_IMAGE = 'python:3.11-slim'

const BUBBLEWRAP_PACKAGES = ['bubblewrap', 'python3'] as const

/**
 * Chooses how runs are confined on this machine, installing bubblewrap where neither an engine nor bubblewrap is there.
 * An engine is taken when it answers and, where the example is wanted, has the example's image or can fetch it.
 * Throws `ScoregateError` with the one line to type when nothing can be had.
 */
export async function chooseSandbox(
  settings: Settings,
  say: (line: string) => void,
): Promise<'engine' | 'bubblewrap'> {
  const engine = await findSandbox({
    choice: 'engine',
    ownerMark: 'scoregate-start',
    env: withEngineSocket(process.env),
    roomUsers: settings.roomUsers,
  })
  if (settings.sandbox === 'engine') {
    if (engine.kind === 'found') return 'engine'
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'no-engine',
      message: 'SCOREGATE_SANDBOX says "engine", but no container engine here can confine a run.',
      remedy: 'Mend what is listed, or leave SCOREGATE_SANDBOX unset to use bubblewrap.',
      problems: engine.problems.map((what) => ({ where: 'engine', what, remedy: '' })),
    })
  }
  if (settings.sandbox === 'automatic' && engine.kind === 'found') {
    if (!settings.withExample) return 'engine'
    const trouble = await troubleWithExampleImage(settings, engine.sandbox, say)
    if (trouble === undefined) return 'engine'
    say(`A container engine answers, but ${trouble}.`)
    say('Runs are confined with bubblewrap instead.')
  } else if (settings.sandbox === 'automatic') {
    say('No container engine here can confine a run; bubblewrap does.')
  }
  await ensureBubblewrap(say)
  return 'bubblewrap'
}

async function ensureBubblewrap(say: (line: string) => void): Promise<void> {
  const missing = [
    ...((await isInstalled('bwrap')) ? [] : [BUBBLEWRAP_PACKAGES[0]]),
    ...((await isInstalled('python3')) ? [] : [BUBBLEWRAP_PACKAGES[1]]),
  ]
  if (missing.length === 0) return
  say(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not installed.`)
  await installPackages(missing, say)
}

/** Why the engine cannot run the example, in words that end a sentence; undefined when it can. */
async function troubleWithExampleImage(
  settings: Settings,
  sandbox: Sandbox,
  say: (line: string) => void,
): Promise<string | undefined> {
  const policy = parsePolicy(await readFile(settings.policyFile, 'utf8'), settings.policyFile)
  // The desk says what is wrong with the policy, file and line; here it is enough not to trip over it.
  if (policy.kind === 'invalid') return undefined
  const images = workerSite(policy.policy, policy.digest).images
  const resolved = resolveImage(images, EXAMPLE_IMAGE, 'engine')
  if (resolved.kind === 'not-allowed') return `the policy allows no engine image for ${EXAMPLE_IMAGE}`
  if (await sandbox.hasImage(resolved.image)) return undefined
  say(`Fetching the example's image ${resolved.image} …`)
  const socketPath = await findEngineSocket(process.env)
  if (
    socketPath !== undefined &&
    (await pullImage(socketPath, resolved.image)) &&
    (await sandbox.hasImage(resolved.image))
  )
    return undefined
  return `it has not the example's image ${resolved.image} and cannot fetch it`
}
