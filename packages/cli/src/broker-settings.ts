import { type Problem, ScoregateError } from '@scoregate/protocol/errors'
import { readBrokerAddress } from '@scoregate/worker/broker-address'
import type { BrokerWorkerConfigInput } from '@scoregate/worker/config'

/** What the `.env` of a Codabench worker's owner means here. */
export type BrokerSettings = Pick<BrokerWorkerConfigInput, 'broker' | 'linkRewrite'> & {
  /** Sentences for the owner: what has another meaning here than with Codabench's worker. */
  readonly notes: readonly string[]
}

/** How a variable is taken: as it is meant, as a sentence, or not at all. */
type Treatment = { readonly kind: 'used' } | { readonly kind: 'noted' | 'refused'; readonly words: string }

const USED: Treatment = { kind: 'used' }
const YES = /^(?:true|1|yes|on)$/i
const NO = /^(?:false|0|no|off)$/i

/**
 * The variables of Codabench's worker, of both generations (protocol reference, 4.9), and what becomes of each. Whoever moves
 * a worker here keeps the file; where it asks for something that this worker never does, the start is refused and says so.
 */
export const CODABENCH_VARIABLES: Readonly<Record<string, (value: string) => Treatment>> = {
  BROKER_URL: () => USED,
  BROKER_USE_SSL: yesOrNo({
    hint: '; with true, the certificate of the broker is always checked. Options of TLS are not taken: set NODE_EXTRA_CA_CERTS to the file that ca_certs names; a certificate of this worker (certfile, keyfile) is shown to no broker',
  }),
  WORKER_BUNDLE_URL_REWRITE: () => USED,
  HOST_DIRECTORY: () =>
    noted(
      "HOST_DIRECTORY is not used: this worker keeps its files in its data folder (--data), and a run sees private data where the site's policy says so (data).",
    ),
  MAX_CACHE_DIR_SIZE_GB: () =>
    noted("MAX_CACHE_DIR_SIZE_GB is not used: limits.cache in the site's policy says it."),
  CONTAINER_ENGINE_EXECUTABLE: (value) =>
    /^(?:.*\/)?(?:docker|podman)$/.test(value)
      ? noted(
          'CONTAINER_ENGINE_EXECUTABLE is not needed: the engine is asked through its socket (CONTAINER_SOCKET).',
        )
      : refused('docker or podman'),
  CONTAINER_SOCKET: () => USED,
  USE_GPU: yesOrNo({
    yes: refused("GPUs are granted by the site's policy, for the images that may have them: images, gpu"),
  }),
  GPU_DEVICE: () => noted("GPU_DEVICE is not used: the site's policy grants devices (images, gpu)."),
  COMPETITION_CONTAINER_NETWORK_DISABLED: yesOrNo({
    no: refused('a run never has a network here; leave it out or write true'),
  }),
  COMPETITION_CONTAINER_HTTP_PROXY: () => refused('a run never has a network here; leave it out'),
  COMPETITION_CONTAINER_HTTPS_PROXY: () => refused('a run never has a network here; leave it out'),
  CODALAB_IGNORE_CLEANUP_STEP: () => refused('the files of a run are always removed; leave it out'),
  COMPUTE_WORKER_NO_CLEANUP: yesOrNo({ yes: refused('the files of a run are always removed; leave it out') }),
  COMPETITION_ALLOW_IMAGE_PULL: () =>
    noted(
      "COMPETITION_ALLOW_IMAGE_PULL is not used: the site's policy says which images may be fetched (images, pull).",
    ),
  HUMAN_IN_THE_LOOP: yesOrNo({
    no: noted(
      "HUMAN_IN_THE_LOOP=false changes nothing: whether a person must look is decided by the site's policy (review).",
    ),
  }),
  COMPUTE_WORKER_DISABLE_LOG_UPLOAD: () =>
    noted(
      'COMPUTE_WORKER_DISABLE_LOG_UPLOAD changes nothing: a log leaves only when a reviewer releases it.',
    ),
  COMPUTE_WORKER_DISABLE_PREDICTION_UPLOAD: () =>
    noted('COMPUTE_WORKER_DISABLE_PREDICTION_UPLOAD changes nothing: predictions stay at the site.'),
  LOG_LEVEL: () => noted('LOG_LEVEL is not used: set SCOREGATE_LOG_LEVEL.'),
  SERIALIZED: () => noted('SERIALIZED is not used: logs are JSON, one line an entry.'),
}

/**
 * Reads what a broker worker needs from the environment. Undefined where no broker is named. Throws `ScoregateError`
 * (`bad-settings`) with every variable that is wrong or asks for what is never done; no value with a password is shown.
 */
export function readBrokerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): BrokerSettings | undefined {
  const given = Object.entries(environment)
    .filter(([name]) => Object.hasOwn(CODABENCH_VARIABLES, name))
    .map(([name, value = '']) => [name, asWritten(value)] as const)
    .filter(([, value]) => value !== '')
  const values = Object.fromEntries(given)
  const { BROKER_URL: url, BROKER_USE_SSL: useSsl = 'false', WORKER_BUNDLE_URL_REWRITE: rewriteText } = values
  if (url === undefined) return undefined
  const notes: string[] = []
  const problems: Problem[] = []
  for (const [name, value] of given) {
    const treatment = CODABENCH_VARIABLES[name]?.(value) ?? USED
    if (treatment.kind === 'noted') notes.push(treatment.words)
    if (treatment.kind === 'refused') problems.push(problem(name, treatment.words))
  }
  const address = readBrokerAddress(url, { useTls: YES.test(useSsl) })
  if (address.kind === 'wrong') problems.push(problem('BROKER_URL', address.why))
  const linkRewrite = rewriteText === undefined ? undefined : readRewrite(rewriteText)
  if (linkRewrite === 'wrong') {
    problems.push(
      problem('WORKER_BUNDLE_URL_REWRITE', 'two addresses with a bar between them: http://from|https://to'),
    )
  }
  if (problems.length > 0 || address.kind === 'wrong' || linkRewrite === 'wrong') throw badSettings(problems)
  return { broker: address.address, notes, ...(linkRewrite === undefined ? {} : { linkRewrite }) }
}

/** The environment with the engine's socket under the name that engines know, where it is set as for Codabench's worker. */
export function withEngineSocket(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { CONTAINER_SOCKET: given = '', DOCKER_HOST: host = '' } = environment
  const socket = asWritten(given)
  if (socket === '' || host !== '') return environment
  return { ...environment, DOCKER_HOST: socket.startsWith('unix://') ? socket : `unix://${socket}` }
}

/** A value without what a file brings with it: the line ends of Windows, and quotes that nobody took off. */
function asWritten(value: string): string {
  const text = value.trim()
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1).trim() : text
}

/** A switch: what becomes of each of its two values. Anything else is neither, and is not guessed at. */
function yesOrNo(given: { yes?: Treatment; no?: Treatment; hint?: string }): (value: string) => Treatment {
  return (value) => {
    if (YES.test(value)) return given.yes ?? USED
    if (NO.test(value)) return given.no ?? USED
    return refused(`write true or false${given.hint ?? ''}`)
  }
}

function readRewrite(text: string): { from: string; to: string } | 'wrong' {
  const [from = '', to = '', ...more] = text.split('|').map((part) => part.trim())
  const areAddresses = [from, to].every((part) => URL.canParse(part) && /^https?:/.test(part))
  return areAddresses && more.length === 0 ? { from, to } : 'wrong'
}

function refused(words: string): Treatment {
  return { kind: 'refused', words }
}

function noted(words: string): Treatment {
  return { kind: 'noted', words }
}

function problem(where: string, what: string): Problem {
  return { where, what, remedy: 'See docs/codabench.md.' }
}

function badSettings(problems: readonly Problem[]): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-settings',
    message: 'Some settings of the worker are wrong, or ask for what this worker never does.',
    remedy: 'Correct them and start again.',
    problems,
  })
}
