import { DecisionAnswer, type DecisionRequest, HOLDS_PATH, HoldDetails } from '@scoregate/desk/hold-api'
import { ArtefactName } from '@scoregate/protocol/artefact'
import { ScoregateError } from '@scoregate/protocol/errors'
import { Receipt, ReceiptPredicate } from '@scoregate/protocol/receipt'
import { Command, Option } from 'commander'
import { ask, type Connection, connectToDesk } from '../connection.ts'
import { say, sayJson } from '../print.ts'
import { addClaimCommand } from './claim-command.ts'
import { type Connect, type DeskOptions, withDesk } from './desk-options.ts'
import { holdText } from './hold-text.ts'
import { addListCommand } from './list-command.ts'

/** `scoregate review`: what a reviewer does from a shell. It talks to the running desk and has no other way in. */
export function reviewCommand(dataFolder: () => string): Command {
  const connect: Connect = (options) =>
    connectToDesk({ url: options.desk, token: options.token, dataFolder: dataFolder() })
  const command = new Command('review').description('list, show, approve and reject what waits at the desk')

  addListCommand(command, connect)
  addClaimCommand(command, connect)

  withDesk(command.command('show'))
    .description('one hold: its scores, its files, what would leave')
    .argument('<hold>', 'the id of the hold')
    .action(async (id: string, options: DeskOptions) => {
      const hold = await oneHold(await connect(options), id)
      if (options.json) sayJson(hold)
      else say(holdText(hold, new Date()))
    })

  withDesk(command.command('approve'))
    .description('approve a hold and release what the policy ticks, or what --release names')
    .argument('<hold>', 'the id of the hold')
    .option('--release <artefacts>', 'what to release, separated by commas')
    .option('--digest <digest>', 'refuse unless the hold has this digest')
    .option('--note <text>', "a note for the site's record")
    .action(async (id: string, options: DeskOptions & ApproveOptions) => {
      const desk = await connect(options)
      const answer = await decide(desk, id, options, {
        decision: 'approve',
        ...(options.release === undefined ? {} : { artefacts: artefactNames(options.release) }),
      })
      if (options.json) sayJson(answer)
      else say(`Hold ${answer.id} is approved and is being released.`)
    })

  withDesk(command.command('reject'))
    .description('reject a hold; nothing of it leaves')
    .argument('<hold>', 'the id of the hold')
    .requiredOption('--reason <text>', "why; stays in the site's record")
    .option('--digest <digest>', 'refuse unless the hold has this digest')
    .option('--note <text>', "a note for the site's record")
    .action(async (id: string, options: DeskOptions & RejectOptions) => {
      const desk = await connect(options)
      const answer = await decide(desk, id, options, { decision: 'reject', reason: options.reason })
      if (options.json) sayJson(answer)
      else say(`Hold ${answer.id} is rejected. Nothing of it leaves.`)
    })

  withDesk(command.command('receipt'))
    .description('the signed receipt of what the platform was told of a hold, as JSON')
    .argument('<hold>', 'the id of the hold')
    .addOption(
      new Option('--outcome <kind>', 'of which outcome (else the newest)').choices(
        ReceiptPredicate.shape.outcome.options,
      ),
    )
    .action(async (id: string, options: DeskOptions & { outcome?: string }) => {
      const query = options.outcome === undefined ? '' : `?outcome=${options.outcome}`
      const path = `${HOLDS_PATH}/${encodeURIComponent(id)}/receipt${query}`
      sayJson(await ask(await connect(options), { method: 'GET', path }, Receipt))
    })
  return command
}

type ApproveOptions = { release?: string; digest?: string; note?: string }
type RejectOptions = { reason: string; digest?: string; note?: string }

function oneHold(desk: Connection, id: string): Promise<HoldDetails> {
  return ask(desk, { method: 'GET', path: `${HOLDS_PATH}/${encodeURIComponent(id)}` }, HoldDetails)
}

/** A decision names the digest of what the hold shows now; the desk refuses any other. */
async function decide(
  desk: Connection,
  id: string,
  options: { digest?: string; note?: string },
  request: Omit<DecisionRequest, 'digest' | 'note'>,
): Promise<DecisionAnswer> {
  const hold = await oneHold(desk, id)
  if (options.digest !== undefined && options.digest !== hold.digest) {
    throw new ScoregateError({
      kind: 'conflict',
      code: 'other-digest',
      message: `Hold ${hold.id} has the digest ${hold.digest}, not ${options.digest}.`,
      remedy: 'Look at the hold again before you decide.',
    })
  }
  return ask(
    desk,
    {
      method: 'POST',
      path: `${HOLDS_PATH}/${encodeURIComponent(hold.id)}/decision`,
      body: {
        ...request,
        digest: hold.digest,
        ...(options.note === undefined ? {} : { note: options.note }),
      },
    },
    DecisionAnswer,
  )
}

function artefactNames(list: string): ArtefactName[] {
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const unknown = words.filter((word) => !ArtefactName.safeParse(word).success)
  if (unknown.length > 0) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'unknown-artefact',
      message: `--release names what does not exist: ${unknown.join(', ')}.`,
      remedy: `Known are: ${ArtefactName.options.join(', ')}.`,
    })
  }
  return words.map((word) => ArtefactName.parse(word))
}
