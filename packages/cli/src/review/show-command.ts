import type { Command } from 'commander'
import { inOnePiece, showPaged } from '../pager.ts'
import { sayJson } from '../print.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'
import { holdText } from './hold-text.ts'
import { oneHold } from './one-hold.ts'

/** `review show`: everything of a hold that its page shows, the worst first. */
export function addShowCommand(review: Command, connect: Connect): void {
  const show = withDesk(review.command('show'))
    .description(
      'one hold: what was found, its scores, what would leave, its files, and what you have looked at',
    )
    .argument('<hold>', 'the id of the hold')
    .option('--no-pager', 'write it at once, without $PAGER')
    .action(async (id: string, options: DeskOptions & { pager: boolean }) => {
      const hold = await oneHold(await connect(options), id)
      if (options.json) return sayJson(hold)
      const text = `${holdText(hold, new Date())}\n`
      await showPaged(() => inOnePiece(text), { isPaged: options.pager })
    })
  withExamples(show, [
    ['scoregate review show 4k7qx2mn', 'page by page in a terminal'],
    ['scoregate review show 4k7qx2mn --json | jq .findings', 'what was found, for a script'],
  ])
}
