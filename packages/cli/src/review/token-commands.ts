import {
  MAX_TOKEN_DAYS,
  ShownToken,
  TOKEN_DAYS,
  TOKEN_PATH,
  TOKENS_PATH,
  TokenAnswer,
  TokenList,
} from '@scoregate/desk/token-api'
import { showInertLine } from '@scoregate/ui/inert-text'
import { absoluteMinute, whenWords } from '@scoregate/ui/plain-time'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { ask } from '../connection.ts'
import { say, sayJson, textTable } from '../print.ts'
import { canAsk, terminalColumns } from '../terminal.ts'
import { askPerson, askSecret } from './ask-person.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'

type MakeOptions = DeskOptions & { scope: 'read' | 'decide'; label: string; days: number | 'none' }

/** `review token`: one's own tokens at the desk. */
export function addTokenCommands(review: Command, connect: Connect): void {
  const token = review.command('token').description('your own tokens at the desk: list, make, revoke')

  withDesk(token.command('list'))
    .description('your tokens that are in force; never their secrets')
    .action(async (options: DeskOptions) => {
      const found = await ask(await connect(options), { method: 'GET', path: TOKENS_PATH }, TokenList)
      if (options.json) sayJson(found)
      else say(tokensText(found.tokens, new Date()))
    })

  const make = withWish(withDesk(token.command('make')))
    .description('a token that holds no longer than the one you have; its secret is printed this once')
    .action(async (options: MakeOptions) => {
      const body = { scope: options.scope, label: options.label, days: daysOf(options) }
      const answer = await ask(
        await connect(options),
        { method: 'POST', path: TOKENS_PATH, body },
        TokenAnswer,
      )
      tellToken(answer, options)
    })
  withExamples(make, [
    ['scoregate review token make --label cron --days 365 > token', 'the secret alone goes to the file'],
    ['scoregate review token make --scope decide --label laptop', 'one that may decide'],
  ])

  const signIn = withWish(token.command('sign-in'))
    .description('a first token, by your name and password, which are asked for')
    .requiredOption('--desk <url>', 'address of the desk')
    .option('--json', 'print the result as JSON')
    .action(async (options: MakeOptions & { desk: string }) => {
      if (!canAsk()) return signIn.error('error: a terminal is needed, where a password can be typed')
      const username = await askPerson('Your name at the desk: ')
      const password = await askSecret('Your password: ')
      const body = { username, password, scope: options.scope, label: options.label, days: daysOf(options) }
      const url = options.desk.replace(/\/$/, '')
      tellToken(await ask({ url }, { method: 'POST', path: TOKEN_PATH, body }, TokenAnswer), options)
    })

  withDesk(token.command('revoke'))
    .description('end a token at once')
    .argument('<token>', 'its id, as the list names it')
    .action(async (id: string, options: DeskOptions) => {
      const path = `${TOKENS_PATH}/${encodeURIComponent(id)}`
      const ended = await ask(await connect(options), { method: 'DELETE', path }, ShownToken)
      if (options.json) sayJson(ended)
      else say(`Token ${ended.id} is at an end.`)
    })
}

function withWish(command: Command): Command {
  return command
    .addOption(new Option('--scope <scope>', 'what it may do').choices(['read', 'decide']).default('read'))
    .option('--label <text>', 'what it is for', '')
    .option('--days <number>', 'how long it holds; none: until it is revoked', days, TOKEN_DAYS)
}

/** The secret alone on standard output, so that it can be kept; the rest is for the person. */
function tellToken(answer: TokenAnswer, { json }: { json?: boolean }): void {
  if (json) {
    sayJson(answer)
    return
  }
  const end =
    answer.expiresAt === undefined
      ? 'holds until you revoke it'
      : `ends at ${absoluteMinute(new Date(answer.expiresAt))}`
  process.stderr.write(
    `Token ${answer.id} (${answer.scope}) ${end}. Keep it now: it is not shown again.\n` +
      'Commands find it in the environment: SCOREGATE_TOKEN, with SCOREGATE_DESK_URL.\n',
  )
  say(showInertLine(answer.token))
}

function tokensText(tokens: readonly ShownToken[], now: Date): string {
  if (tokens.length === 0) return 'You have no token in force.'
  return textTable(
    ['TOKEN', 'SCOPE', 'LABEL', 'MADE', 'LAST USED', 'ENDS'],
    tokens.map(({ id, scope, label, createdAt, lastUsedAt, expiresAt }) => [
      id,
      scope,
      label,
      whenWords(new Date(createdAt), now),
      lastUsedAt === undefined ? 'never' : whenWords(new Date(lastUsedAt), now),
      expiresAt === undefined ? 'never' : whenWords(new Date(expiresAt), now),
    ]),
    terminalColumns(),
  )
}

function daysOf({ days }: MakeOptions): number | null {
  return days === 'none' ? null : days
}

function days(text: string): number | 'none' {
  if (text === 'none') return text
  if (!/^[1-9][0-9]{0,3}$/.test(text) || Number(text) > MAX_TOKEN_DAYS)
    throw new InvalidArgumentError(`Give a number of days from 1 to ${MAX_TOKEN_DAYS}, or none.`)
  return Number(text)
}
