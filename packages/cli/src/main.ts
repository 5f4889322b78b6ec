import { ScoregateError } from '@scoregate/protocol/errors'
import { Command, CommanderError, Option } from 'commander'
import { auditCommand } from './audit/audit-command.ts'
import { BROKER_VARIABLES } from './broker-variables.ts'
import { competitionCommand } from './competition-commands.ts'
import { completionCommand } from './completion/completion-command.ts'
import { EXIT, EXIT_BROKEN_PIPE, EXIT_OF_ERROR } from './exit-codes.ts'
import { installationPaths, type Provision, Provision as ProvisionSchema } from './installation.ts'
import { jsonSchemaCommand } from './json-outputs.ts'
import { type Part, runPart } from './part.ts'
import { peopleCommand } from './people-command.ts'
import { say, sayError, sayJson } from './print.ts'
import { readPrivateJson } from './private-file.ts'
import { reviewCommand } from './review/review-commands.ts'
import { readSettings, type Settings } from './settings.ts'
import { siteKeyCommand } from './site-key-command.ts'
import { startInstallation } from './start/start.ts'
import { submitCommand } from './submit-command.ts'
import { verifyCommand } from './verify/verify-command.ts'
import { isElsewhere, placeInInstallation, readWorkerPlace, workerSettingsOf } from './worker-place.ts'

/** Options of `start` and of the parts; each is an environment variable too, and the option wins. */
const SETTING_OPTIONS = [
  {
    flags: '--hub-port <port>',
    variable: 'SCOREGATE_HUB_PORT',
    words: 'port of the hub (8080; 0 takes a free one)',
  },
  {
    flags: '--desk-port <port>',
    variable: 'SCOREGATE_DESK_PORT',
    words: 'port of the desk (8090; 0 takes a free one)',
  },
  {
    flags: '--host <address>',
    variable: 'SCOREGATE_HOST',
    words: 'address to listen on (127.0.0.1: this machine only)',
  },
  { flags: '--data <folder>', variable: 'SCOREGATE_DATA', words: 'the data folder (scoregate-data)' },
  {
    flags: '--policy <file>',
    variable: 'SCOREGATE_POLICY',
    words: "the site's policy (policy.yaml in the data folder)",
  },
  { flags: '--sandbox <kind>', variable: 'SCOREGATE_SANDBOX', words: 'automatic, engine or bubblewrap' },
  { flags: '--slots <n>', variable: 'SCOREGATE_SLOTS', words: 'jobs that the worker runs at once (1)' },
  {
    flags: '--broker <url>',
    variable: 'BROKER_URL',
    words:
      'the queue of a Codabench platform, as it shows it: the worker serves that one, and no hub is started',
  },
  {
    flags: '--amqp <url>',
    variable: 'SCOREGATE_AMQP',
    words: 'RabbitMQ, for queues of Codabench workers; a password is safer in the variable',
  },
  {
    flags: '--amqp-management <url>',
    variable: 'SCOREGATE_AMQP_MANAGEMENT',
    words: 'its management API (port 15672 of the same host)',
  },
  {
    flags: '--amqp-for-workers <url>',
    variable: 'SCOREGATE_AMQP_FOR_WORKERS',
    words: 'its address as workers reach it, without a name (that of --amqp)',
  },
  {
    flags: '--hub-for-workers <url>',
    variable: 'SCOREGATE_HUB_FOR_WORKERS',
    words: 'the address of the hub as Codabench workers reach it (where it listens)',
  },
] as const

/** Options that `start` hands to its parts in their environment: a command line is seen by everybody on the machine. */
const INHERITED_VARIABLES: readonly string[] = ['BROKER_URL', ...BROKER_VARIABLES]

const MAIL_HELP = `
For notices by mail, in the environment only, since a command line is seen by everybody on the machine:
  SCOREGATE_SMTP_URL   the mail server: smtp://name:password@mail.example.org:587, or smtps://…
  SCOREGATE_MAIL_FROM  the sender: scoregate@example.org
  SCOREGATE_DESK_URL   the address of the desk as reviewers reach it, for the links in notices

For signing in by an institution (OpenID Connect), in the environment too:
  SCOREGATE_OIDC_ISSUER              the provider: https://sso.example.org/realms/hospital
  SCOREGATE_OIDC_CLIENT_ID           the name under which it knows this desk
  SCOREGATE_OIDC_CLIENT_SECRET_FILE  the file with its secret, or SCOREGATE_OIDC_CLIENT_SECRET
  SCOREGATE_OIDC_NAME                what the button calls it
  SCOREGATE_OIDC_REQUIRE             claims that it must give: "acr=gold,silver; groups=reviewers"`

function withSettings(command: Command): Command {
  for (const option of SETTING_OPTIONS) {
    command.addOption(new Option(option.flags, `${option.words} [${option.variable}]`))
  }
  return command
}

function settingsOf(options: Readonly<Record<string, string | undefined>>): Settings {
  const environment = { ...process.env }
  for (const { flags, variable } of SETTING_OPTIONS) {
    const name = new Option(flags).attributeName()
    const value = options[name]
    if (value === undefined) continue
    environment[variable] = value
    if (INHERITED_VARIABLES.includes(variable)) process.env[variable] = value
  }
  return readSettings(environment)
}

const program = new Command('scoregate')
  .description('Benchmarks on data that may not leave its owner.')
  .version('0.1.0')
  .showHelpAfterError('(see scoregate --help)')

withSettings(program.command('start'))
  .addHelpText('after', MAIL_HELP)
  .description(
    'start hub, desk and one worker on this machine, with the example competition; with --broker, desk and worker alone',
  )
  .option('--no-example', 'start without the example competition [SCOREGATE_EXAMPLE=0]')
  .option('--json', 'print ready.json when all is up, and nothing else')
  .action(async (options) => {
    if (options.example === false) process.env['SCOREGATE_EXAMPLE'] = '0'
    const asJson = options.json === true
    let isStopping = false
    const running = startInstallation(settingsOf(options), asJson ? () => undefined : say)
    const stop = () => {
      if (isStopping) return
      isStopping = true
      running.then(
        async (installation) => {
          if (!asJson) say('\nStopping …')
          await installation.stop()
          process.exit(EXIT.ok)
        },
        () => process.exit(EXIT.failed),
      )
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    const { ready } = await running
    if (asJson) sayJson(ready)
  })

const PARTS: readonly {
  name: 'hub' | 'desk' | 'worker'
  words: string
  start: (settings: Settings) => Promise<Part>
}[] = [
  {
    name: 'hub',
    words: 'run the hub of a data folder that `start` made',
    start: async (settings) =>
      (await import('./hub-command.ts')).startHubPart(settings, await readProvision(settings)),
  },
  {
    name: 'desk',
    words: 'run the desk of a data folder that `start` made',
    start: async (settings) =>
      (await import('./desk-command.ts')).startDeskPart(settings, await readProvision(settings)),
  },
  {
    name: 'worker',
    words: 'run the worker of a data folder that `start` made, or one that `worker-settings` was printed for',
    start: async (settings) => {
      const place = isElsewhere(process.env)
        ? readWorkerPlace(process.env)
        : placeInInstallation(await readProvision(settings))
      return (await import('./worker-command.ts')).startWorkerPart(settings, place)
    },
  },
]
for (const part of PARTS) {
  const command = withSettings(program.command(part.name))
    .description(part.words)
    .action(async (options) => {
      const settings = settingsOf(options)
      await runPart(() => part.start(settings))
    })
  if (part.name === 'desk') {
    command.addHelpText('after', MAIL_HELP)
    command.addCommand(siteKeyCommand((options) => settingsOf(options).dataFolder))
  }
}

withSettings(program.command('worker-settings'))
  .description('print what a worker of this site on another machine must be told, as lines of its .env file')
  .option('--desk <address>', 'the address of the desk as that machine reaches it: https://desk.example.org')
  .option('--hub <address>', 'the address of the hub as that machine reaches it')
  .action(async (options) => say(workerSettingsOf(await readProvision(settingsOf(options)), options)))

withSettings(program.command('doctor'))
  .description('try out what holds on this machine of what is promised of a run')
  .option('--json', 'print the report as JSON')
  .action(async (options) => {
    const { runDoctor } = await import('./doctor/doctor-command.ts')
    process.exitCode = await runDoctor(settingsOf(options), { json: options.json === true })
  })

program.addCommand(reviewCommand(() => readSettings(process.env).dataFolder))
program.addCommand(peopleCommand((data) => settingsOf(data === undefined ? {} : { data })))
program.addCommand(submitCommand(() => readSettings(process.env).dataFolder))
program.addCommand(competitionCommand(() => readSettings(process.env).dataFolder))
program.addCommand(verifyCommand())
program.addCommand(auditCommand(() => readSettings(process.env).dataFolder))
program.addCommand(jsonSchemaCommand())
program.addCommand(completionCommand(program, () => readSettings(process.env).dataFolder))

endByException(program)

/** A wrong command line is then thrown and gets its exit code below; commands made elsewhere inherit nothing. */
function endByException(command: Command): void {
  command.exitOverride()
  for (const subcommand of command.commands) endByException(subcommand)
}

async function readProvision(settings: Settings): Promise<Provision> {
  const file = installationPaths(settings.dataFolder).provision
  const provision = await readPrivateJson(file, ProvisionSchema)
  if (provision !== undefined) return provision
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'no-installation',
    message: `${settings.dataFolder} is not the data folder of an installation.`,
    remedy: 'Run `scoregate start` first, or say where the data folder is with --data.',
  })
}

// Whoever closes the pipe (`| head`) has read enough: that is told by the exit code alone, as other programs do.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT_BROKEN_PIPE)
  })
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  } else {
    sayError(error, { json: process.argv.includes('--json') })
    process.exitCode = error instanceof ScoregateError ? EXIT_OF_ERROR[error.kind] : EXIT.failed
  }
}
