import type { Command } from 'commander'
import type { Connection } from '../connection.ts'

/** What every command of a reviewer takes: where the desk is, who asks, and how to answer. */
export type DeskOptions = { desk?: string; token?: string; json?: boolean }

/** Finds the desk that the options name. */
export type Connect = (options: DeskOptions) => Promise<Connection>

/** Adds the options that every command of a reviewer takes. */
export function withDesk(command: Command): Command {
  return command
    .option(
      '--desk <url>',
      'address of the desk (else the installation on this machine) [SCOREGATE_DESK_URL]',
    )
    .option('--token <token>', 'your token at the desk; better in the environment [SCOREGATE_TOKEN]')
    .option('--json', 'print the result as JSON')
}

/** Adds examples to the help of a command: what somebody would type, and what for. */
export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([typed]) => typed.length))
  const lines = examples.map(([typed, words]) => `  ${typed.padEnd(width)}  ${words}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
