import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chainLines } from '@scoregate/gate/chain-lines'
import { type ChainReport, verifyChain } from '@scoregate/gate/verify-chain'
import type { EscapeCase } from '../../case.ts'
import { heldRun, holdIn, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'history-that-was-edited',
  family: 31,
  tries:
    "Edits the site's history after a release: changes, removes, moves, doubles and invents entries, and cuts off the end.",
  plants: 'Labels in the output of a run that is released and in one that is rejected.',
  defence:
    'Each entry holds the hash of the one before, and a receipt the head of the chain: every change is found.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a history, does not exist there.' },
  ownSite: {},
  act: playEdits,
}

async function playEdits(stage: Stage): Promise<'contained'> {
  const approved = await heldRun(stage)
  await stage.decide(approved, 'scores')
  await holdIn(stage, approved.hold.id, ['released'])
  await stage.decide(await heldRun(stage), 'reject')
  const text = await readFile(join(stage.site.deskFolder, 'audit.jsonl'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  const untouched = await verify(lines)
  must(
    untouched.damages.length === 0,
    `The history is damaged before it is edited: ${JSON.stringify(untouched.damages)}`,
  )
  const head = untouched.head
  if (head === undefined) throw new Error('The history has no head.')
  for (const [name, edited] of Object.entries(editsOf(lines))) {
    const report = await verify(edited, [{ ...head, from: 'a receipt' }])
    must(report.damages.length > 0, `Nobody finds that the history was edited: ${name}.`)
  }
  return 'contained'
}

/** Every kind of edit, at every entry where it makes a difference. */
function editsOf(lines: readonly string[]): Record<string, string[]> {
  const edits: Record<string, string[]> = { 'all gone': [] }
  for (const [at, line] of lines.entries()) {
    edits[`${at} changed`] = lines.with(
      at,
      line
        .replace(/reviewer|policy|worker/, 'somebody')
        .replace(/\d/, '9')
        .concat(' '),
    )
    edits[`${at} removed`] = lines.toSpliced(at, 1)
    edits[`${at} doubled`] = lines.toSpliced(at, 0, line)
    if (at > 0) {
      edits[`${at} moved`] = lines.toSpliced(at, 1).toSpliced(at - 1, 0, line)
      edits[`cut off at ${at}`] = lines.slice(0, at)
    }
  }
  return edits
}

function verify(
  lines: readonly string[],
  known: Parameters<typeof verifyChain>[1] = [],
): Promise<ChainReport> {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  return verifyChain(chainLines(piecesOf(text)), known)
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
