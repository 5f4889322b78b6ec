import { Receipt, ReceiptPredicate } from '@scoregate/protocol/receipt'
import { Command, Option } from 'commander'
import { ask, connectToDesk } from '../connection.ts'
import { sayJson } from '../print.ts'
import { addClaimCommand } from './claim-command.ts'
import { addDecideCommands } from './decide-commands.ts'
import { type Connect, type DeskOptions, withDesk } from './desk-options.ts'
import { addDiffCommand } from './diff-command.ts'
import { addFilesCommand } from './files-command.ts'
import { addListCommand } from './list-command.ts'
import { holdPath } from './one-hold.ts'
import { addShowCommand } from './show-command.ts'
import { addTokenCommands } from './token-commands.ts'
import { addWatchCommand } from './watch-command.ts'

/** `scoregate review`: what a reviewer does from a shell. It talks to the running desk and has no other way in. */
export function reviewCommand(dataFolder: () => string): Command {
  const connect: Connect = (options) =>
    connectToDesk({ url: options.desk, token: options.token, dataFolder: dataFolder() })
  const command = new Command('review').description("all of a reviewer's work, over SSH as well")

  addListCommand(command, connect)
  addWatchCommand(command, connect)
  addClaimCommand(command, connect)
  addShowCommand(command, connect)
  addFilesCommand(command, connect)
  addDiffCommand(command, connect)
  addDecideCommands(command, connect)
  addReceiptCommand(command, connect)
  addTokenCommands(command, connect)
  return command
}

function addReceiptCommand(review: Command, connect: Connect): void {
  withDesk(review.command('receipt'))
    .description('the signed receipt of what the platform was told of a hold, as JSON')
    .argument('<hold>', 'the id of the hold')
    .addOption(
      new Option('--outcome <kind>', 'of which outcome (else the newest)').choices(
        ReceiptPredicate.shape.outcome.options,
      ),
    )
    .action(async (id: string, options: DeskOptions & { outcome?: string }) => {
      const query = options.outcome === undefined ? '' : `?outcome=${options.outcome}`
      const path = holdPath(id, `/receipt${query}`)
      sayJson(await ask(await connect(options), { method: 'GET', path }, Receipt))
    })
}
