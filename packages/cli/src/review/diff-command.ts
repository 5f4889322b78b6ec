import { type FileChange, FileDiff, HoldDiff } from '@scoregate/desk/hold-api'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { showInertLine } from '@scoregate/ui/inert-text'
import type { Command } from 'commander'
import { ask } from '../connection.ts'
import { inOnePiece, showPaged } from '../pager.ts'
import { sayJson, textTable } from '../print.ts'
import { emphasise, terminalColumns } from '../terminal.ts'
import { type Connect, type DeskOptions, withDesk, withExamples } from './desk-options.ts'
import { findFile, holdPath, oneHold } from './one-hold.ts'

/** `review diff`: what is new since the last hold of the same participant, or the lines of a file that differ. */
export function addDiffCommand(review: Command, connect: Connect): void {
  const diff = withDesk(review.command('diff'))
    .description("what is new since this participant's last hold; with a file, the lines that differ")
    .argument('<hold>', 'the id of the hold')
    .argument('[file]', 'its number, section/path, or path')
    .option('--no-pager', 'write it at once, without $PAGER')
    .action(async (id: string, name: string | undefined, options: DeskOptions & { pager: boolean }) => {
      const desk = await connect(options)
      const get = { method: 'GET' } as const
      if (name === undefined) {
        const found = await ask(desk, { ...get, path: holdPath(id, '/diff') }, HoldDiff)
        if (options.json) return sayJson(found)
        return show(diffText(found), options)
      }
      const { number } = findFile(await oneHold(desk, id), name)
      const found = await ask(desk, { ...get, path: holdPath(id, `/diff/${number}`) }, FileDiff)
      if (options.json) sayJson(found)
      else await show(fileDiffText(found), options)
    })
  withExamples(diff, [
    ['scoregate review diff 4k7qx2mn', 'which scores and files are new or changed'],
    ['scoregate review diff 4k7qx2mn logs/scoring_stdout', 'line by line'],
  ])
}

function show(text: string, { pager }: { pager: boolean }): Promise<void> {
  return showPaged(() => inOnePiece(`${text}\n`), { isPaged: pager })
}

/** What is new in a hold, for a terminal; text from outside is inert. */
function diffText({ previous, scores, files, counts }: HoldDiff): string {
  if (previous === undefined) return 'This participant has no earlier hold here to compare with.'
  const columns = terminalColumns()
  const left = counts.new + counts.changed + counts.gone - files.length
  return [
    `Compared with hold ${previous.id} (${previous.state}), submission ${previous.submissionId}, decided ${previous.decidedAt}`,
    ...(previous.hasContent
      ? []
      : ['Its files have been removed by retention; only their digests are compared.']),
    '',
    'SCORES',
    scores.length === 0
      ? '  none'
      : textTable(
          ['COLUMN', 'BEFORE', 'NOW'],
          scores.map(({ title, before, after }) => [title, before ?? '-', after ?? '-']),
          columns,
        ),
    '',
    `FILES   ${counts.new} new, ${counts.changed} changed, ${counts.gone} gone, ${counts.same} the same`,
    ...(files.length === 0
      ? []
      : [textTable(['', 'NO', 'FILE', 'BEFORE', 'NOW'], files.map(fileRow), columns)]),
    ...(left > 0 ? [`and ${left} more`] : []),
  ].join('\n')
}

function fileRow({ change, section, path, number, sizeBytes, previousBytes }: FileChange): string[] {
  const size = (bytes: number | undefined) => (bytes === undefined ? '-' : fileSizeWords(bytes))
  return [
    change,
    number === undefined ? '-' : String(number),
    `${section}/${path}`,
    size(previousBytes),
    size(sizeBytes),
  ]
}

const SIGNS = { kept: ' ', added: '+', removed: '-' } as const

/** The lines that differ, as `diff -u` marks them; text from outside is inert. */
function fileDiffText(diff: FileDiff): string {
  if (diff.kind === 'not-compared') return showInertLine(diff.why)
  if (diff.hunks.length === 0) return 'No line differs.'
  return [
    ...diff.hunks.flatMap(({ before, after, lines }) => [
      emphasise(`@@ line ${before} before, line ${after} now @@`, 'faint'),
      ...lines.map(({ change, text }) => {
        const line = `${SIGNS[change]}${showInertLine(text)}`
        return change === 'kept' ? line : emphasise(line, change === 'added' ? 'warn' : 'bad')
      }),
    ]),
    ...(diff.isCut ? ['There are more lines that differ than are shown here.'] : []),
  ].join('\n')
}
