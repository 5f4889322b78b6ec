import { resolve } from 'node:path'
import { type BrokerSettings, readBrokerSettings } from '@scoregate/hub/broker-settings'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { RoomUserRange } from '@scoregate/sandbox/room-users'
import { z } from 'zod'
import { INSTITUTION_VARIABLES, type InstitutionSetting, institutionOf } from './institution-settings.ts'

const Port = z
  .string()
  .regex(/^[0-9]{1,5}$/)
  .transform(Number)
  .refine((port) => port <= 65_535, 'a port is a number from 0 to 65535')

const RoomUsers = z
  .string()
  .regex(/^[0-9]{4,9}-[0-9]{4,9}$/, 'two numbers with a dash between them: 61000-61099')
  .transform((text) => {
    const [first = 0, last = 0] = text.split('-').map(Number)
    return { first, last }
  })
  .refine(({ first, last }) => first >= 1000 && first <= last, 'users from 1000 on, the lower one first')

/** The environment variables that steer `scoregate start`; an option of the same meaning wins over its variable. */
const Environment = z.object({
  SCOREGATE_HUB_PORT: Port.default(8080),
  SCOREGATE_DESK_PORT: Port.default(8090),
  SCOREGATE_HOST: z.string().min(1).default('127.0.0.1'),
  SCOREGATE_DATA: z.string().min(1).default('scoregate-data'),
  SCOREGATE_EXAMPLE: z
    .enum(['0', '1'])
    .default('1')
    .transform((value) => value === '1'),
  SCOREGATE_POLICY: z.string().min(1).optional(),
  SCOREGATE_SANDBOX: z.enum(['automatic', 'engine', 'bubblewrap']).default('automatic'),
  SCOREGATE_SITE_KEY: z.enum(['refuse', 'replace']).default('refuse'),
  SCOREGATE_ROOM_USERS: RoomUsers.optional(),
  SCOREGATE_SLOTS: z
    .string()
    .regex(/^[0-9]{1,2}$/, 'how many jobs run at the same time: 1 to 64')
    .transform(Number)
    .refine((slots) => slots >= 1 && slots <= 64, 'how many jobs run at the same time: 1 to 64')
    .default(1),
  SCOREGATE_METRICS_TOKEN: z.string().min(16, 'a token of at least 16 signs').optional(),
  SCOREGATE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SCOREGATE_DESK_URL: z
    .url({ protocol: /^https?$/, error: 'a whole address: https://desk.example.org' })
    .optional(),
  SCOREGATE_TRUSTED_PROXY: z.union([z.ipv4(), z.ipv6()], 'the address of one proxy: 127.0.0.1').optional(),
  SCOREGATE_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'a whole address: smtp://name:password@mail.example.org:587' })
    .optional(),
  SCOREGATE_MAIL_FROM: z.email('an address: scoregate@example.org').optional(),
  SCOREGATE_AMQP: z.string().min(1).optional(),
  SCOREGATE_AMQP_MANAGEMENT: z.string().min(1).optional(),
  SCOREGATE_AMQP_FOR_WORKERS: z.string().min(1).optional(),
  SCOREGATE_HUB_FOR_WORKERS: z.string().min(1).optional(),
  ...INSTITUTION_VARIABLES,
})

/** Variables whose value is never shown, whatever is wrong with it. */
const SECRET_VARIABLES: readonly string[] = [
  'SCOREGATE_METRICS_TOKEN',
  'SCOREGATE_SMTP_URL',
  'SCOREGATE_AMQP',
  'SCOREGATE_AMQP_MANAGEMENT',
  'SCOREGATE_OIDC_CLIENT_SECRET',
]

/** What one installation on one machine is made of: where it listens, where it keeps its data, how it confines runs. */
export type Settings = {
  readonly host: string
  readonly hubPort: number
  readonly deskPort: number
  /** Absolute path of the data folder. */
  readonly dataFolder: string
  readonly withExample: boolean
  /** Absolute path of the site's policy file; a starter policy is written there if it is inside the data folder and absent. */
  readonly policyFile: string
  readonly isOwnPolicy: boolean
  readonly sandbox: 'automatic' | 'engine' | 'bubblewrap'
  /** What the hub does when its site has another signing key than before; `replace` for one start, once that is known to be meant. */
  readonly onOtherSiteKey: 'refuse' | 'replace'
  /** Users that are given to rooms, one each; the sandbox's own choice unless set. */
  readonly roomUsers: RoomUserRange | undefined
  /** Jobs that the worker runs at the same time. */
  readonly slots: number
  /** Whether a hub is started; a site on a Codabench queue needs none. */
  readonly withHub: boolean
  /** What a Prometheus server shows to read the desk's metrics; without one there are none. */
  readonly metricsToken: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** The address of the desk as reviewers reach it, for links in notices; where it listens unless set. */
  readonly publicDeskUrl: string | undefined
  /** The address of a reverse proxy before the desk, whose word is taken for where a request comes from. */
  readonly trustedProxy: string | undefined
  /** RabbitMQ, for queues of Codabench workers; the hub has none of those unless set. */
  readonly broker: BrokerSettings | undefined
  /** How the desk sends mail; it sends none unless set. `smtpUrl` can have a password in it. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined
  /** How people of the desk sign in by an institution, beside their passwords. */
  readonly institution: InstitutionSetting | undefined
}

/** Reads the settings. Throws `ScoregateError` with every variable that is wrong. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  // An empty variable is what shells and compose files leave for "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'bad-settings',
      message: 'Some settings are wrong.',
      remedy: 'Correct them and start again.',
      problems: parsed.error.issues.map((issue) => ({
        where: issue.path.join('.'),
        what: `${shownValue(given, String(issue.path[0]))}: ${issue.message}`,
        remedy: 'See `scoregate start --help`.',
      })),
    })
  }
  const read = parsed.data
  if (read.SCOREGATE_HUB_PORT === read.SCOREGATE_DESK_PORT && read.SCOREGATE_HUB_PORT !== 0) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'same-port',
      message: `SCOREGATE_HUB_PORT and SCOREGATE_DESK_PORT are both ${read.SCOREGATE_HUB_PORT}.`,
      remedy: 'Give hub and desk a port each.',
    })
  }
  const { SCOREGATE_SMTP_URL: smtpUrl, SCOREGATE_MAIL_FROM: from } = read
  if (smtpUrl !== undefined && from === undefined) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'bad-settings',
      message: 'SCOREGATE_MAIL_FROM is missing: SCOREGATE_SMTP_URL is set, but no sender for mail.',
      remedy: 'Set SCOREGATE_MAIL_FROM, too, or neither for a desk without mail.',
    })
  }
  const dataFolder = resolve(read.SCOREGATE_DATA)
  const withHub = (given['BROKER_URL'] ?? '').trim() === ''
  return {
    host: read.SCOREGATE_HOST,
    hubPort: read.SCOREGATE_HUB_PORT,
    deskPort: read.SCOREGATE_DESK_PORT,
    dataFolder,
    withExample: read.SCOREGATE_EXAMPLE && withHub,
    policyFile: resolve(read.SCOREGATE_POLICY ?? `${dataFolder}/policy.yaml`),
    isOwnPolicy: read.SCOREGATE_POLICY !== undefined,
    sandbox: read.SCOREGATE_SANDBOX,
    onOtherSiteKey: read.SCOREGATE_SITE_KEY,
    roomUsers: read.SCOREGATE_ROOM_USERS,
    slots: read.SCOREGATE_SLOTS,
    withHub,
    metricsToken: read.SCOREGATE_METRICS_TOKEN,
    logLevel: read.SCOREGATE_LOG_LEVEL,
    publicDeskUrl: read.SCOREGATE_DESK_URL,
    trustedProxy: read.SCOREGATE_TRUSTED_PROXY,
    institution: institutionOf(read),
    broker: brokerOf(read),
    mail: smtpUrl === undefined || from === undefined ? undefined : { smtpUrl, from },
  }
}

/** The broker of the hub, if it has one. Throws `ScoregateError` for an address that is none, or that has no broker beside it. */
function brokerOf(read: z.infer<typeof Environment>): BrokerSettings | undefined {
  const {
    SCOREGATE_AMQP: amqp,
    SCOREGATE_AMQP_MANAGEMENT: management,
    SCOREGATE_AMQP_FOR_WORKERS: forWorkers,
    SCOREGATE_HUB_FOR_WORKERS: hubForWorkers,
  } = read
  if (amqp !== undefined) return readBrokerSettings({ amqp, management, forWorkers, hubForWorkers })
  const others = {
    '--amqp-management': management,
    '--amqp-for-workers': forWorkers,
    '--hub-for-workers': hubForWorkers,
  }
  const other = Object.entries(others).find(([, value]) => value !== undefined)?.[0]
  if (other === undefined) return undefined
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-settings',
    message: `${other} is set, but --amqp is not.`,
    remedy: 'Give the address of the broker with --amqp, or leave both away for a hub without one.',
  })
}

function shownValue(given: Readonly<Record<string, string | undefined>>, variable: string): string {
  return SECRET_VARIABLES.includes(variable) ? 'what is set (not shown)' : JSON.stringify(given[variable])
}
