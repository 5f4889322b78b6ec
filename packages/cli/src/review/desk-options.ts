import type { Command } from 'commander'
import type { Connection } from '../connection.ts'

/** What every command of a reviewer takes: where the desk is, who asks, and how to answer. */
export type DeskOptions = { desk?: string; token?: string; json?: boolean }

/** Finds the desk that the options name. */
export type Connect = (options: DeskOptions) => Promise<Connection>

/** Adds the options that every command of a reviewer takes. */
export function withDesk(command: Command): Command {
  return command
    .option('--desk <url>', 'address of the desk (else the installation on this machine)')
    .option('--token <token>', 'your API token at the desk')
    .option('--json', 'print the result as JSON')
}
