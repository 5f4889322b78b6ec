import { ACT_GROUPS } from '@scoregate/desk/act-groups'
import { actWords } from '@scoregate/desk/act-words'
import { auditFileOf } from '@scoregate/desk/audit-file-name'
import { siteKeyFileOf } from '@scoregate/desk/site-key'
import type { ChainReport, KnownHead } from '@scoregate/gate/verify-chain'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Connection, connectToDesk } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { installationPaths, Provision } from '../installation.ts'
import { say, sayJson } from '../print.ts'
import { readPrivateJson } from '../private-file.ts'
import { type ChainFilter, exportChain, newestEntries } from './chain-of-desk.ts'
import { type CheckedReceipt, headOfReceipt, parseHead, publishedHead } from './known-heads.ts'
import { readEntries, verifyAuditFile } from './read-audit-file.ts'

/** `scoregate audit`: reads the audit chain of a site, and tells whether it is as it was written. */
export function auditCommand(dataFolder: () => string): Command {
  const command = new Command('audit').description("verify and show a site's audit chain")
  const defaultFile = () => auditFileOf(installationPaths(dataFolder()).desk)

  const verify = command
    .command('verify')
    .description('find any edit, removal, insertion and reordering, and a missing tail against known heads')
    .option('--file <path>', 'the chain (audit.jsonl of the installation on this machine)')
    .option('--head <number:hash>', 'a head that is known from elsewhere; may be repeated', headOption)
    .option('--receipt <path>', 'a receipt, whose head must lie on the chain; may be repeated', textOption)
    .option('--key <key>', "the site's public key, for receipts (that of the installation on this machine)")
    .option('--hub [url]', 'compare with the newest head that the hub saw on a receipt')
    .option('--token <token>', 'the token by which that hub knows the site')
    .option('--json', 'print the result as JSON')
    .action(async (options: VerifyOptions) => {
      const known: KnownHead[] = [...(options.head ?? [])]
      const receipts: CheckedReceipt[] = []
      const key = options.key ?? siteKeyFileOf(installationPaths(dataFolder()).desk)
      for (const path of options.receipt ?? []) {
        const { checked, head } = await headOfReceipt(path, key)
        receipts.push(checked)
        if (head !== undefined) known.push(head)
      }
      if (options.hub !== undefined) {
        const hub = await hubOf(dataFolder(), options)
        if (hub === undefined) return verify.error('error: say which hub, with --hub URL and --token TOKEN')
        const head = await publishedHead(hub)
        if (head !== undefined) known.push(head)
      }
      const report = await verifyAuditFile(options.file ?? defaultFile(), known)
      const isIntact = report.damages.length === 0 && receipts.every(({ flaw }) => flaw === undefined)
      if (options.json) sayJson({ intact: isIntact, ...report, comparedWith: known, receipts })
      else for (const line of reportLines({ report, known, receipts, isIntact })) say(showInertLine(line))
      process.exitCode = isIntact ? EXIT.ok : EXIT.notBelieved
    })

  const show = withChainFilter(command.command('show'))
    .description('what happened at the desk, the newest entries unless you say otherwise')
    .option(
      '--desk [url]',
      'ask the desk, with your token, and not a file of this machine [SCOREGATE_DESK_URL]',
    )
    .option('--token <token>', 'your token at the desk [SCOREGATE_TOKEN]')
    .option('--file <path>', 'the chain (audit.jsonl of the installation on this machine)')
    .option('--from <number>', 'begin with this entry', wholeNumber)
    .option('--count <number>', 'show so many', wholeNumber, 50)
    .option('--json', 'print the entries as JSON')
    .action(async (options: ShowOptions) => {
      const filter = filterOf(options)
      if (options.desk === undefined && Object.keys(filter).length > 0)
        return show.error('error: only the desk can choose entries; say --desk')
      if (options.desk !== undefined && options.from !== undefined)
        return show.error('error: --from is for a file; at the desk choose with --since')
      const page =
        options.desk !== undefined
          ? {
              entries: await newestEntries(await deskOf(options, dataFolder()), {
                filter,
                count: options.count,
              }),
              next: undefined,
            }
          : await readEntries(options.file ?? defaultFile(), options)
      if (options.json) return sayJson(page)
      for (const { sequence, time, act } of page.entries) {
        say(showInertLine(`${String(sequence).padStart(6)}  ${time}  ${actWords(act)}`))
      }
      if (page.entries.length === 0) say('There are no such entries.')
      if (page.next !== undefined) say(`The next ones: --from ${page.next}`)
    })

  withChainFilter(command.command('export'))
    .description('the chain as the desk exports it, to hand to an auditor; the export is on the chain, too')
    .option(
      '--desk [url]',
      'address of the desk (else the installation on this machine) [SCOREGATE_DESK_URL]',
    )
    .option('--token <token>', 'your token at the desk [SCOREGATE_TOKEN]')
    .addOption(new Option('--format <format>', 'in which form').choices(['jsonl', 'csv']).default('jsonl'))
    .option('-o, --output <path>', 'the file to make (else standard output)')
    .option('--json', 'errors as JSON')
    .action(async (options: ExportOptions) => {
      const desk = await deskOf(options, dataFolder())
      await exportChain(desk, { format: options.format, filter: filterOf(options), path: options.output })
    })
  return command
}

type VerifyOptions = {
  file?: string
  head?: KnownHead[]
  receipt?: string[]
  key?: string
  hub?: string | true
  token?: string
  json?: boolean
}
type DeskAsked = { desk?: string | true; token?: string }
type ChosenBy = { kind?: string; reviewer?: string; hold?: string; since?: string; until?: string }
type ShowOptions = DeskAsked & ChosenBy & { file?: string; from?: number; count: number; json?: boolean }
type ExportOptions = DeskAsked & ChosenBy & { format: 'jsonl' | 'csv'; output?: string }

function withChainFilter(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'only such acts').choices(Object.keys(ACT_GROUPS)))
    .option('--reviewer <name>', 'only by this person')
    .option('--hold <hold>', 'only about this hold')
    .option('--since <day>', 'from this day on, in UTC: 2026-05-01')
    .option('--until <day>', 'up to the end of this day, in UTC')
}

function filterOf({ kind, reviewer, hold, since, until }: ChosenBy): ChainFilter {
  return {
    ...(kind === undefined ? {} : { group: kind }),
    ...(reviewer === undefined ? {} : { reviewer }),
    ...(hold === undefined ? {} : { hold }),
    ...(since === undefined ? {} : { from: since }),
    ...(until === undefined ? {} : { to: until }),
  }
}

function deskOf({ desk, token }: DeskAsked, dataFolder: string): Promise<Connection> {
  return connectToDesk({ url: typeof desk === 'string' ? desk : undefined, token, dataFolder })
}

function reportLines(given: {
  report: ChainReport
  known: readonly KnownHead[]
  receipts: readonly CheckedReceipt[]
  isIntact: boolean
}): string[] {
  const { report, known, receipts, isIntact } = given
  const { head, damages, tornLine } = report
  return [
    isIntact
      ? 'The chain is intact.'
      : 'The chain is NOT as it was written, or does not fit what is known of it.',
    head === undefined ? '  no entries' : `  ${head.sequence} entries, head ${head.sequence}:${head.head}`,
    ...known.map(({ sequence, from }) => `  compared at entry ${sequence} with ${from}`),
    ...damages.map(({ kind, sentence }) => `  ${kind.toUpperCase()}  ${sentence}`),
    ...receipts.flatMap(({ path, flaw }) => (flaw === undefined ? [] : [`  RECEIPT  ${path}: ${flaw}`])),
    ...(tornLine === undefined
      ? []
      : [
          `  Line ${tornLine} is cut short, as a crash leaves it. That is no damage: the desk completes it when it starts.`,
        ]),
    ...(isIntact && known.length === 0
      ? [
          '  An end that is missing shows only against a head from elsewhere: give --hub, --receipt or --head.',
        ]
      : []),
  ]
}

/** The hub of the installation on this machine, unless another is named. */
async function hubOf(
  dataFolder: string,
  { hub, token }: VerifyOptions,
): Promise<{ url: string; token: string } | undefined> {
  const provision = await readPrivateJson(installationPaths(dataFolder).provision, Provision)
  const url = typeof hub === 'string' ? hub : provision?.hubUrl
  const siteToken = token ?? provision?.secrets.siteToken
  if (url === undefined || siteToken === undefined) return undefined
  return { url: url.replace(/\/+$/, ''), token: siteToken }
}

function headOption(text: string, earlier: readonly KnownHead[] = []): KnownHead[] {
  const head = parseHead(text)
  if (head === undefined) throw new InvalidArgumentError('Write NUMBER:HASH, as audit verify prints it.')
  return [...earlier, head]
}

function textOption(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text]
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) < 1) throw new InvalidArgumentError('Write a number from 1.')
  return Number(text)
}
