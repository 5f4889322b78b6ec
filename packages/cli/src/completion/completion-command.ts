import { HOLDS_PATH, HoldPage } from '@scoregate/desk/hold-api'
import { Command } from 'commander'
import { connectToDesk, open } from '../connection.ts'
import { say } from '../print.ts'
import { bashCompletion } from './bash.ts'
import { commandTree } from './command-tree.ts'
import { fishCompletion } from './fish.ts'
import { zshCompletion } from './zsh.ts'

/** Whoever presses a key waits no longer for the desk. */
const HOLDS_MILLISECONDS = 2000

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

const HOW_TO_READ = {
  bash: 'source <(scoregate completion bash)',
  zsh: 'source <(scoregate completion zsh)',
  fish: 'scoregate completion fish | source',
} as const satisfies Record<keyof typeof SHELLS, string>

/** `scoregate completion`: a script for a shell, made from the commands as they are; and what such a script asks for. */
export function completionCommand(program: Command, dataFolder: () => string): Command {
  const command = new Command('completion').description(
    'completion for your shell; add its line to the start of your shell',
  )
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    command
      .command(shell)
      .description(HOW_TO_READ[shell])
      .action(() => {
        process.stdout.write(SHELLS[shell](commandTree(program)))
      })
  }
  command
    .command('hold-ids', { hidden: true })
    .description(
      'the holds that wait, an id a line; nothing at all where the desk does not answer in two seconds',
    )
    .action(async () => {
      for (const id of await waitingIds(dataFolder).catch(() => [])) say(id)
    })
  return command
}

async function waitingIds(dataFolder: () => string): Promise<string[]> {
  const desk = await connectToDesk({ dataFolder: dataFolder() })
  const signal = AbortSignal.timeout(HOLDS_MILLISECONDS)
  const answer = await open(desk, { path: HOLDS_PATH, signal })
  // What is not the name of a hold is not put before a shell.
  return HoldPage.parse(await answer.json()).holds.flatMap(({ id }) => (/^[a-z2-7]{8}$/.test(id) ? [id] : []))
}
