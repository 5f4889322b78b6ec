import {
  DecisionAnswer,
  type DecisionRequest,
  type HoldDetails,
  WithdrawalAnswer,
} from '@scoregate/desk/hold-api'
import { REJECT_REASONS } from '@scoregate/desk/reject-reasons'
import { ArtefactName } from '@scoregate/protocol/artefact'
import { ScoregateError } from '@scoregate/protocol/errors'
import { RejectionSentence } from '@scoregate/protocol/reason-code'
import { type Command, Option } from 'commander'
import { ask, type Connection } from '../connection.ts'
import { say, sayJson } from '../print.ts'
import { canAsk } from '../terminal.ts'
import { askPerson, saidNo } from './ask-person.ts'
import { summaryText } from './decision-summary.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'
import { holdPath, oneHold } from './one-hold.ts'

type DecideOptions = DeskOptions & { digest?: string; note?: string; yes?: boolean }
type ApproveOptions = DecideOptions & { release?: string }
type RejectOptions = DecideOptions & { reason?: string; sentence: RejectionSentence }

/** `review approve`, `withdraw` and `reject`: a person at a terminal sees what they are about to do, and confirms it. */
export function addDecideCommands(review: Command, connect: Connect): void {
  const approve = withDecision(review.command('approve'))
    .description('approve a hold and release what the policy ticks, or what --release names')
    .option(
      '--release <artefacts>',
      `what to release, separated by commas: ${ArtefactName.options.join(', ')}`,
    )
    .action(async (id: string, options: ApproveOptions) => {
      const artefacts = options.release === undefined ? undefined : artefactNames(options.release)
      const desk = await connect(options)
      const hold = await holdToDecide(desk, id, options)
      const leaving = artefacts ?? hold.offered.flatMap(({ name, ticked }) => (ticked ? [name] : []))
      await confirm(options, summaryText(hold, { kind: 'approve', leaving }), 'Approve it and release this?')
      const answer = await decide(desk, hold, options, {
        decision: 'approve',
        ...(artefacts === undefined ? {} : { artefacts }),
      })
      if (options.json) sayJson(answer)
      else say(approvedText(answer))
    })
  withExamples(approve, [
    ['scoregate review approve 4k7qx2mn', 'shows what leaves, and asks'],
    ['scoregate review approve 4k7qx2mn --release scores,scoring_stdout', 'with the log'],
    ['scoregate review approve 4k7qx2mn --yes --digest 3f0a…', 'in a script that looked at that digest'],
  ])

  withDesk(review.command('withdraw'))
    .description('take back your approval while it waits for that of a second reviewer')
    .argument('<hold>', 'the id of the hold')
    .action(async (id: string, options: DeskOptions) => {
      const path = holdPath(id, '/approval')
      const answer = await ask(await connect(options), { method: 'DELETE', path }, WithdrawalAnswer)
      if (options.json) sayJson(answer)
      else say(`Your approval of hold ${answer.id} is withdrawn. It waits as before.`)
    })

  const reject = withDecision(review.command('reject'))
    .description('reject a hold; nothing of it leaves')
    .option('--reason <code>', `why, for the site's record: ${Object.keys(REJECT_REASONS).join(', ')}`)
    .addOption(
      new Option('--sentence <code>', 'which fixed sentence the participant reads')
        .choices(RejectionSentence.options)
        .default('no-more'),
    )
    .action(async (id: string, options: RejectOptions) => {
      if (options.reason === undefined && !canAsk())
        return reject.error("error: required option '--reason <code>' not specified")
      const desk = await connect(options)
      const hold = await holdToDecide(desk, id, options)
      const reason = options.reason ?? (await askReason())
      const { sentence } = options
      await confirm(options, summaryText(hold, { kind: 'reject', reason, sentence }), 'Reject it?')
      const answer = await decide(desk, hold, options, { decision: 'reject', reason, sentence })
      if (options.json) sayJson(answer)
      else say(`Hold ${answer.id} is rejected. Nothing of it leaves.`)
    })
  withExamples(reject, [
    ['scoregate review reject 4k7qx2mn', 'asks why, and whether you are sure'],
    ['scoregate review reject 4k7qx2mn --reason private-data --yes', 'in a script'],
  ])
}

function approvedText(answer: DecisionAnswer): string {
  return answer.state === 'awaiting'
    ? `Your approval of hold ${answer.id} is recorded, ${answer.standing} of ${answer.needed}; it waits for a second reviewer. Nothing leaves before.`
    : `Hold ${answer.id} is approved and is being released.`
}

function withDecision(command: Command): Command {
  return withDesk(command)
    .argument('<hold>', 'the id of the hold')
    .option('--digest <digest>', 'refuse unless the hold has this digest')
    .option('--note <text>', "a note for the site's record")
    .option('-y, --yes', 'decide without asking; needed where nobody can be asked')
}

/** A decision names the digest of what the hold shows now; the desk refuses any other. */
async function holdToDecide(
  desk: Connection,
  id: string,
  { digest }: { digest?: string },
): Promise<HoldDetails> {
  const hold = await oneHold(desk, id)
  if (digest === undefined || digest === hold.digest) return hold
  throw new ScoregateError({
    kind: 'conflict',
    code: 'other-digest',
    message: `Hold ${hold.id} has the digest ${hold.digest}, not ${digest}.`,
    remedy: 'Look at the hold again before you decide.',
  })
}

async function confirm({ yes }: DecideOptions, summary: string, question: string): Promise<void> {
  if (yes) return
  if (!canAsk()) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'not-confirmed',
      message: 'Nobody can be asked here whether this is meant, so nothing was changed.',
      remedy: 'Say --yes, and with --digest what was looked at.',
    })
  }
  process.stderr.write(`${summary}\n\n`)
  const answer = await askPerson(`${question} [y/N] `)
  if (!/^y(es)?$/i.test(answer)) throw saidNo()
}

async function askReason(): Promise<string> {
  const codes = Object.entries(REJECT_REASONS)
  for (const [at, [, words]] of codes.entries()) process.stderr.write(`  ${at + 1}  ${words}\n`)
  const answer = await askPerson(`Why do you reject it? [1-${codes.length}] `)
  const [chosen] = (/^[0-9]+$/.test(answer) ? codes[Number(answer) - 1] : undefined) ?? []
  if (chosen === undefined) throw saidNo()
  return chosen
}

function decide(
  desk: Connection,
  hold: HoldDetails,
  { note }: DecideOptions,
  request: Omit<DecisionRequest, 'digest' | 'note'>,
): Promise<DecisionAnswer> {
  const body = { ...request, digest: hold.digest, ...(note === undefined ? {} : { note }) }
  return ask(desk, { method: 'POST', path: holdPath(hold.id, '/decision'), body }, DecisionAnswer)
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
