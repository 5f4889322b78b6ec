import type { LinkPath } from '@scoregate/desk/people-on-machine'
import { DeskRole } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import { Command, Option } from 'commander'
import { installationPaths, Provision } from './installation.ts'
import { say, sayJson } from './print.ts'
import { readPrivateJson } from './private-file.ts'
import type { Settings } from './settings.ts'

type Options = { readonly data?: string; readonly json?: boolean }

/** `scoregate people`: links for people of the desk, made on its own machine. */
export function peopleCommand(settingsOf: (dataFolder: string | undefined) => Settings): Command {
  const command = new Command('people').description('let people into the desk of this machine')
  withPlace(command.command('invite <name>'))
    .description('make a link by which somebody new chooses a password and is in')
    .addOption(
      new Option('--role <role...>', 'what they may do; several are possible')
        .choices(DeskRole.options)
        .makeOptionMandatory(),
    )
    .action(async (username: string, options: Options & { role: string[] }) => {
      const { inviteOnMachine } = await import('@scoregate/desk/people-on-machine')
      const settings = settingsOf(options.data)
      const { desk: dataFolder } = installationPaths(settings.dataFolder)
      const roles = DeskRole.array().parse(options.role)
      await sayLink(
        settings,
        options,
        await inviteOnMachine({ dataFolder, username, roles, now: new Date() }),
      )
    })
  withPlace(command.command('new-password <name>'))
    .description('make a link by which somebody who has an account chooses a new password')
    .action(async (username: string, options: Options) => {
      const { newPasswordOnMachine } = await import('@scoregate/desk/people-on-machine')
      const settings = settingsOf(options.data)
      const { desk: dataFolder } = installationPaths(settings.dataFolder)
      await sayLink(settings, options, await newPasswordOnMachine({ dataFolder, username, now: new Date() }))
    })
  return command
}

function withPlace(command: Command): Command {
  return command
    .addOption(new Option('--data <folder>', 'the data folder (scoregate-data) [SCOREGATE_DATA]'))
    .option('--json', 'print the link as JSON')
}

async function sayLink(settings: Settings, options: Options, { path, until }: LinkPath): Promise<void> {
  const url = new URL(path, await deskAddress(settings)).href
  if (options.json === true) return sayJson({ url, until: until.toISOString() })
  say(url)
  const day = until.toISOString().slice(0, 16).replace('T', ' ')
  say(`It works once, until ${day} UTC, for whoever opens it. It is not shown again.`)
}

/** Where people reach the desk: what is set, or where the last start put it. Throws `ScoregateError` (`no-installation`). */
async function deskAddress(settings: Settings): Promise<string> {
  if (settings.publicDeskUrl !== undefined) return settings.publicDeskUrl
  const provision = await readPrivateJson(installationPaths(settings.dataFolder).provision, Provision)
  if (provision !== undefined) return provision.deskUrl
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'no-installation',
    message: `${settings.dataFolder} does not say where its desk is reached.`,
    remedy: 'Set SCOREGATE_DESK_URL, or say where the data folder is with --data.',
  })
}
