import { Command } from 'commander'
import { connectToHub } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import { say, sayJson } from './print.ts'
import { progressLine } from './progress-line.ts'
import { follow, runningPhase, submit } from './submit.ts'

/** `scoregate submit`: send a zip to a phase, and follow it if asked. */
export function submitCommand(dataFolder: () => string): Command {
  return new Command('submit')
    .description('send a submission (a zip) to a phase of a competition')
    .argument('<file>', 'the zip to submit')
    .option('--phase <id>', 'the phase to submit to', whole)
    .option('--competition <id>', 'the competition, if it has one phase only', whole)
    .option('--wait', 'follow it until it is finished, failed or cancelled')
    .option('--hub <url>', 'address of the hub (else the installation on this machine)')
    .option('--token <token>', 'your API token')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: SubmitOptions) => {
      const hub = await connectToHub(
        { url: options.hub, token: options.token, dataFolder: dataFolder() },
        'participant',
      )
      const phase = options.phase ?? (await runningPhase(hub, options.competition ?? 1))
      const progress = progressLine('Submitting', options.json === true)
      const created = await submit(hub, { file, phase }, progress.update)
      progress.end()
      if (options.wait !== true) {
        if (options.json) sayJson(created)
        else say(`Submission ${created.id} is ${created.status}.`)
        return
      }
      const last = await follow(hub, created.id, (state) => {
        if (options.json) return
        say(
          `Submission ${state.id}: ${state.status}${state.status_details ? `. ${state.status_details}` : ''}`,
        )
      })
      if (options.json) sayJson(last)
      if (last.status !== 'Finished') process.exitCode = EXIT.refused
    })
}

type SubmitOptions = {
  phase?: number
  competition?: number
  wait?: boolean
  hub?: string
  token?: string
  json?: boolean
}

function whole(text: string): number {
  return Number.parseInt(text, 10)
}
