import { Command } from 'commander'
import { z } from 'zod'
import { ask, connectToHub } from './connection.ts'
import { say, sayJson, textTable } from './print.ts'
import { progressLine } from './progress-line.ts'
import { uploadBundle } from './upload-bundle.ts'

const Competitions = z.array(
  z.looseObject({ id: z.number(), title: z.string(), created_by: z.string().nullish() }),
)

type HubOptions = { hub?: string; token?: string; json?: boolean }

/** `scoregate competition`: what an organizer does from a shell. */
export function competitionCommand(dataFolder: () => string): Command {
  const command = new Command('competition').description('upload a competition bundle; list competitions')
  command
    .command('upload')
    .description('make a competition from a bundle (a zip)')
    .argument('<bundle>', 'the zip with competition.yaml')
    .option('--hub <url>', 'address of the hub (else the installation on this machine)')
    .option('--token <token>', 'your API token')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: HubOptions) => {
      const hub = await connectToHub(
        { url: options.hub, token: options.token, dataFolder: dataFolder() },
        'organizer',
      )
      const progress = progressLine('Uploading', options.json === true)
      const competition = await uploadBundle(hub, file, progress.update)
      progress.end()
      if (options.json) sayJson({ competition })
      else say(`Competition ${competition} is made: ${hub.url}/competitions/${competition}`)
    })
  command
    .command('list')
    .description('list the competitions that you may see')
    .option('--hub <url>', 'address of the hub (else the installation on this machine)')
    .option('--token <token>', 'your API token')
    .option('--json', 'print the result as JSON')
    .action(async (options: HubOptions) => {
      const hub = await connectToHub(
        { url: options.hub, token: options.token, dataFolder: dataFolder() },
        'participant',
      )
      const raw = await ask(
        hub,
        { method: 'GET', path: '/api/competitions/' },
        z.union([Competitions, z.looseObject({ results: Competitions }).transform((page) => page.results)]),
      )
      if (options.json) return sayJson(raw)
      say(
        textTable(
          ['ID', 'TITLE', 'ORGANIZER'],
          raw.map(({ id, title, created_by }) => [String(id), title, created_by ?? '']),
        ),
      )
    })
  return command
}
