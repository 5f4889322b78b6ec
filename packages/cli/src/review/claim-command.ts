import { ClaimAnswer, HOLDS_PATH } from '@scoregate/desk/hold-api'
import { showInertLine } from '@scoregate/ui/inert-text'
import type { Command } from 'commander'
import { ask } from '../connection.ts'
import { say, sayJson } from '../print.ts'
import { type Connect, type DeskOptions, withDesk } from './desk-options.ts'
import { claimText } from './hold-text.ts'

/** `review claim`: says to the others that one is looking at a hold. It binds nobody. */
export function addClaimCommand(review: Command, connect: Connect): void {
  withDesk(review.command('claim'))
    .description('say to the others that you are looking at a hold; it lapses by itself and blocks nobody')
    .argument('<hold>', 'the id of the hold')
    .option('--end', 'say that you are not looking at it any more')
    .action(async (id: string, options: DeskOptions & { end?: boolean }) => {
      const path = `${HOLDS_PATH}/${encodeURIComponent(id)}/claim`
      const method = options.end === true ? 'DELETE' : 'POST'
      const answer = await ask(await connect(options), { method, path }, ClaimAnswer)
      if (options.json) sayJson(answer)
      else say(`Hold ${showInertLine(answer.id)}: ${claimText(answer.claims) || 'nobody is looking at it'}.`)
    })
}
