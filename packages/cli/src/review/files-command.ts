import type { SearchHit } from '@scoregate/desk/file-api'
import type { HoldDetails, HoldFile } from '@scoregate/desk/hold-api'
import { ScoregateError } from '@scoregate/protocol/errors'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { showInertLine } from '@scoregate/ui/inert-text'
import { type Command, InvalidArgumentError } from 'commander'
import type { Connection } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { showPaged } from '../pager.ts'
import { say, sayError, sayJson } from '../print.ts'
import { isRead } from '../terminal.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'
import { downloadTo, downloadToOutput, requireAbsent } from './download-file.ts'
import { hitText, inertFile, searchFile } from './file-text.ts'
import { filesTable } from './hold-text.ts'
import { findFile, oneHold } from './one-hold.ts'

type FilesOptions = DeskOptions & {
  from?: number
  to?: number
  search?: string
  raw?: boolean
  output?: string
  pager: boolean
}

/** `review files`: the sealed files of a hold, listed, printed inert, searched, or taken as they are. */
export function addFilesCommand(review: Command, connect: Connect): void {
  const files = withDesk(review.command('files'))
    .description('the files of a hold: list them, or print, search or download one')
    .argument('<hold>', 'the id of the hold')
    .argument('[file]', 'its number, section/path, or path')
    .option('--from <byte>', 'begin with this byte', byteNumber)
    .option('--to <byte>', 'end before this byte', byteNumber)
    .option('--search <words>', 'print only where these words stand')
    .option('--raw', 'the bytes as they are, to a file; compared with what was sealed')
    .option('-o, --output <path>', 'the file to make with --raw; - is standard output')
    .option('--no-pager', 'write it at once, without $PAGER')
    .action(async (id: string, name: string | undefined, options: FilesOptions) => {
      const wrong = findContradiction(name, options)
      if (wrong !== undefined) return files.error(`error: ${wrong}`)
      const desk = await connect(options)
      const hold = await oneHold(desk, id)
      if (name === undefined) return list(hold, options)
      const file = findFile(hold, name)
      if (options.search !== undefined) await search(desk, { hold, file, words: options.search }, options)
      else if (options.raw) await download(desk, { hold, file }, options)
      else await print(desk, { hold, file }, options)
    })
  withExamples(files, [
    ['scoregate review files 4k7qx2mn', 'list them, with what you have looked at'],
    ['scoregate review files 4k7qx2mn logs/scoring_stdout', 'read one; nothing in it reaches your terminal'],
    ['scoregate review files 4k7qx2mn 3 --search patient', 'look for words in it'],
    ['scoregate review files 4k7qx2mn 3 --raw -o plot.png', 'take it as it is'],
  ])
}

/** What makes no sense together, if anything does. */
function findContradiction(name: string | undefined, options: FilesOptions): string | undefined {
  const { from, to, search, raw, output, json } = options
  const isPart = from !== undefined || to !== undefined
  if (name === undefined && (isPart || search !== undefined || raw || output !== undefined))
    return 'say which file'
  if (raw && output === undefined) return '--raw needs a file to write to: -o PATH'
  if (!raw && output !== undefined) return '-o is for --raw'
  if (raw && output === '-' && isRead())
    return 'a terminal would obey what is in the file; give -o a path, or leave --raw out'
  if (raw && to !== undefined) return '--to is for reading; --raw goes to the end of the file'
  if (search !== undefined && (isPart || raw)) return '--search goes through the whole file'
  if (json && name !== undefined && search === undefined) return '--json is for the list and for --search'
  return undefined
}

function list(hold: HoldDetails, { json }: FilesOptions): void {
  if (json) {
    sayJson({ id: hold.id, digest: hold.digest, files: hold.files })
    return
  }
  say(hold.files.length === 0 ? 'This hold has no files.' : filesTable(hold.files))
  if (hold.contentRemovedAt !== undefined) say('\nThe retention rule of the site has removed their contents.')
}

async function print(
  desk: Connection,
  { hold, file }: { hold: HoldDetails; file: HoldFile },
  { from = 0, to = file.sizeBytes, pager }: FilesOptions,
): Promise<void> {
  const part = { hold: hold.id, file, from, to }
  await showPaged(() => withLineBreak(inertFile(desk, part)), { isPaged: pager })
}

/** What follows a file, such as a prompt, begins on a line of its own. */
async function* withLineBreak(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let last = '\n'
  for await (const piece of pieces) {
    yield piece
    if (piece !== '') last = piece.slice(-1)
  }
  if (last !== '\n' && isRead()) yield '\n'
}

async function search(
  desk: Connection,
  given: { hold: HoldDetails; file: HoldFile; words: string },
  { json = false }: FilesOptions,
): Promise<void> {
  const { hold, file, words } = given
  const found: SearchHit[] = []
  const asked = { hold: hold.id, file, words, isQuiet: json }
  const { count, isFull } = await searchFile(desk, asked, (hits) => {
    if (json) found.push(...hits)
    else for (const hit of hits) say(hitText(hit))
  })
  if (json) return sayJson({ id: hold.id, file: file.number, hits: found, isFull })
  if (count === 0) say('Not found in this file.')
  if (isFull) say(`Stopped after ${count} places.`)
}

async function download(
  desk: Connection,
  { hold, file }: { hold: HoldDetails; file: HoldFile },
  { output = '', from = 0, json = false }: FilesOptions,
): Promise<void> {
  const given = { hold: hold.id, file, from, isQuiet: json }
  try {
    if (output === '-') return await downloadToOutput(desk, given)
    await requireAbsent(output)
    await downloadTo(desk, output, given)
  } catch (error) {
    if (!(error instanceof ScoregateError && error.code === 'other-bytes')) throw error
    sayError(error, { json })
    process.exitCode = EXIT.filesDiffer
    return
  }
  const words =
    from === 0 ? 'it has the SHA-256 that was sealed' : `from byte ${from} on; the desk compared the whole`
  say(`${showInertLine(output)}: ${fileSizeWords(Math.max(0, file.sizeBytes - from))}, ${words}.`)
}

function byteNumber(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number of bytes.')
  return Number(text)
}
