import { hostname } from 'node:os'
import { type Problem, ScoregateError } from '@scoregate/protocol/errors'
import { z } from 'zod'
import type { Provision } from './installation.ts'

/** Where a worker belongs: its desk, and the hub whose jobs it takes unless a broker gives them. */
export type WorkerPlace = {
  readonly deskUrl: string
  readonly depositToken: string
  readonly hub: { readonly url: string; readonly queueToken: string } | undefined
  readonly workerName: string
}

const ADDRESS_WORDS =
  'an address with https; http only on this machine itself, since what goes there is what nobody may read on the way: put a proxy with TLS before it, or a tunnel (ssh -L 8090:localhost:8090)'

/** Private data goes to the desk, and the right to deposit with it. */
const Address = z
  .url({ protocol: /^https?$/, error: ADDRESS_WORDS })
  .refine((text) => !URL.canParse(text) || isPrivate(new URL(text)), ADDRESS_WORDS)
const Token = z.string().min(16, 'the token as `scoregate worker-settings` prints it')

const WorkerVariables = z.object({
  SCOREGATE_WORKER_DESK: Address,
  SCOREGATE_WORKER_DESK_TOKEN: Token,
  SCOREGATE_WORKER_HUB: Address.optional(),
  SCOREGATE_WORKER_HUB_TOKEN: Token.optional(),
  SCOREGATE_WORKER_NAME: z.string().min(1).max(64).optional(),
})

/** Whether a worker is told where it belongs by variables: then it needs no installation on its machine. */
export function isElsewhere(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (environment['SCOREGATE_WORKER_DESK'] ?? '') !== ''
}

/**
 * Reads where a worker on a machine of its own belongs. Throws `ScoregateError` (`bad-settings`) with every variable that is
 * wrong; no token is shown.
 */
export function readWorkerPlace(environment: Readonly<Record<string, string | undefined>>): WorkerPlace {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const read = WorkerVariables.safeParse(given)
  if (!read.success) {
    throw badSettings(
      read.error.issues.map(({ path, message }) => ({
        where: path.join('.'),
        what: message,
        remedy: 'Take the lines that `scoregate worker-settings` prints on the machine of the desk.',
      })),
    )
  }
  const { SCOREGATE_WORKER_HUB: url, SCOREGATE_WORKER_HUB_TOKEN: queueToken } = read.data
  if ((url === undefined) !== (queueToken === undefined)) {
    const where = url === undefined ? 'SCOREGATE_WORKER_HUB' : 'SCOREGATE_WORKER_HUB_TOKEN'
    throw badSettings([
      { where, what: 'is missing, and the other of the two is set', remedy: 'Set both, or none.' },
    ])
  }
  return {
    deskUrl: read.data.SCOREGATE_WORKER_DESK,
    depositToken: read.data.SCOREGATE_WORKER_DESK_TOKEN,
    hub: url === undefined || queueToken === undefined ? undefined : { url, queueToken },
    workerName: read.data.SCOREGATE_WORKER_NAME ?? ownName(),
  }
}

/** Where the worker of an installation belongs, beside its desk. */
export function placeInInstallation({ secrets, hubUrl, deskUrl }: Provision): WorkerPlace {
  return {
    deskUrl,
    depositToken: secrets.depositToken,
    hub: { url: hubUrl, queueToken: secrets.queueToken },
    workerName: ownName(),
  }
}

/** The variables for a worker of this installation on another machine, as lines of a `.env` file. */
export function workerSettingsOf(
  provision: Provision,
  addresses: { readonly desk?: string; readonly hub?: string },
): string {
  const { secrets } = provision
  return [
    '# For a worker of this site on another machine. Keep it secret: whoever has it may deposit results at your desk.',
    `SCOREGATE_WORKER_DESK=${addresses.desk ?? provision.deskUrl}`,
    `SCOREGATE_WORKER_DESK_TOKEN=${secrets.depositToken}`,
    `SCOREGATE_WORKER_HUB=${addresses.hub ?? provision.hubUrl}`,
    `SCOREGATE_WORKER_HUB_TOKEN=${secrets.queueToken}`,
  ].join('\n')
}

function ownName(): string {
  return hostname().slice(0, 64)
}

function isPrivate({ protocol, hostname: host }: URL): boolean {
  return protocol === 'https:' || host === 'localhost' || host === '[::1]' || /^127\./.test(host)
}

function badSettings(problems: readonly Problem[]): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-settings',
    message: 'This worker is not told where it belongs.',
    remedy: 'Correct what is listed and start it again.',
    problems,
  })
}
