import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { showInertLine } from '../packages/ui/src/inert-text.ts'
import { HOSTILE_LOG, HOSTILE_NAME, HOSTILE_TEXTS } from './hostile-terminal-corpus.ts'
import { deskEnvironment, SCOREGATE } from './review-rig.ts'
import { TerminalRig, type TerminalState } from './terminal-rig.ts'

const SHORT_NAME = `\u001b]2;OWNED\u0007\u202e\u001b[31m\u001b[?1049h`
const HOSTILE_FILES = {
  'scoring_output/scores.json': JSON.stringify({
    auc: 0.5,
    brier: 0.1,
    [SHORT_NAME]: HOSTILE_NAME.slice(0, 200),
  }),
  'scoring_output/table.csv': `name,value\n${HOSTILE_LOG}\n`.repeat(4),
  'logs/scoring_stdout': HOSTILE_LOG,
  'logs/scoring_stderr': Buffer.from([0x9b, 0x33, 0x31, 0x6d, 0xff, 0x00, 0x1b, 0x5b, 0x3f, 0x31, 0x68]),
}

/** Whether anything stands there that acts or hides: all but a newline, which ends its line and does nothing else. */
const isInert = (screen: string) => screen.split('\n').every((line) => showInertLine(line) === line)

let rig: DeskRig
let terminal: TerminalRig
let folder: string
let id: string
let plain: TerminalState

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-terminal-'))
  rig = await DeskRig.start()
  const first = await rig.deposit({
    files: { 'scoring_output/scores.json': '{"auc": 0.4}', 'logs/scoring_stdout': 'a\n' },
  })
  await rig.reject(first.id)
  ;({ id } = await rig.deposit({
    files: HOSTILE_FILES,
    participant: SHORT_NAME,
    competition: { id: 3, title: `Early${SHORT_NAME}` },
  }))
  await writeFile(join(folder, 'raw.log'), HOSTILE_LOG)
  await writeFile(join(folder, 'scoregate'), `#!/bin/sh\nexec '${process.execPath}' '${SCOREGATE}' "$@"\n`, {
    mode: 0o755,
  })
  terminal = await TerminalRig.start({
    ...deskEnvironment(rig),
    PATH: `${folder}:${process.env['PATH']}`,
    PAGER: 'less',
  })
  plain = await terminal.state()
})
afterAll(async () => {
  await terminal[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe('a terminal that a hostile run is shown in', () => {
  it('is changed by the run itself: title, screen, keys, colours, clipboard', async () => {
    const changedBy = async (text: string) => {
      await writeFile(join(folder, 'one.log'), text)
      await terminal.run(`cat ${join(folder, 'one.log')}`)
      const state = await terminal.state()
      const changed = Object.keys(plain).filter(
        (name) => state[name as keyof TerminalState] !== plain[name as keyof TerminalState], // the keys of a state
      )
      await terminal.reset()
      return changed
    }
    const { title, alternateScreen, cursorHidden, cursorKeys, colours, clipboard, mouse } = HOSTILE_TEXTS
    expect(await changedBy(title ?? '')).toContain('title')
    expect(await changedBy(alternateScreen ?? '')).toContain('alternateScreen')
    expect(await changedBy(cursorHidden ?? '')).toContain('cursorShown')
    expect(await changedBy(cursorKeys ?? '')).toContain('cursorKeys')
    expect(await changedBy(colours ?? '')).toContain('nextWord')
    expect(await changedBy(clipboard ?? '')).toContain('clipboard')
    expect(await changedBy(mouse ?? '')).toContain('mouse')
  })

  it.each([
    ['list', 'list', /Early\\u\{1b\}/],
    ['show', 'show HOLD --no-pager', /\\u\{1b\}\]2;OWNED\\u\{7\}\\u\{202e\}/],
    ['the list of files', 'files HOLD', /table\.csv/],
    ['a log', 'files HOLD scoring_stdout --no-pager', /cursorKeys: \\u\{1b\}\[\?1h end-of-cursorKeys/],
    ['bytes that are no text', 'files HOLD scoring_stderr --no-pager', /\\x\{9b\}31m\\x\{ff\}/],
    ['a table', 'files HOLD table.csv --no-pager', /sixel: \\u\{1b\}Pq/],
    ['what a search finds', 'files HOLD scoring_stdout --search sixel', /sixel: \\u\{1b\}Pq/],
    ['a diff', 'diff HOLD --no-pager', /table\.csv/],
    ['an error', `files HOLD $'\\033]2;OWNED\\007\\033[?1049h'`, /has no file "\\u\{1b\}\]2;OWNED/],
    ['an error as JSON', `show $'\\033]2;OWNED\\007' --json`, /error/],
  ])('is as it was after %s, and what is hidden there is spelled out', async (_what, command, shown) => {
    await terminal.reset()
    await terminal.run(`scoregate review ${command.replace('HOLD', id)}`)
    const screen = await terminal.screen()
    expect(screen).toMatch(shown)
    expect(isInert(screen)).toBe(true)
    expect(await terminal.state()).toEqual(plain)
  })

  it('is as it was after a pager that was left in the middle, with every line spelled out', async () => {
    await terminal.reset()
    const shown = await terminal.begin(`scoregate review files ${id} table.csv`)
    await terminal.untilShown('cursorKeys: \\u{1b}[?1h')
    await terminal.press('q')
    await shown.ended()
    expect(await terminal.state()).toEqual(plain)
  })

  it('is as it was after the question before an approval, and a no changes nothing', async () => {
    await terminal.reset()
    const asked = await terminal.begin(`scoregate review approve ${id}; echo "ended with $?"`)
    const screen = await terminal.untilShown('Approve it and release this? [y/N]')
    expect(screen).toContain(showInertLine(SHORT_NAME))
    await terminal.type('n')
    await terminal.press('Enter')
    await asked.ended()
    expect(await terminal.screen()).toContain('ended with 3')
    expect(await terminal.state()).toEqual(plain)
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('is as it was after a watch, which keeps its list in one place until Ctrl-C', async () => {
    await terminal.reset()
    await terminal.run('echo this stood here before')
    const watch = await terminal.begin('scoregate review watch --interval 0.2')
    await terminal.untilShown('1 in all')
    const other = await rig.deposit({ participant: `second${SHORT_NAME}` })
    const screen = await terminal.untilShown('2 in all')
    expect(screen.match(/HOLD +COMPETITION/g)).toHaveLength(1)
    expect(screen).toContain('this stood here before')
    expect(screen).toContain(other.id)
    await terminal.press('C-c')
    await terminal.run('true')
    void watch
    expect(await terminal.state()).toEqual(plain)
  })

  it('gets an approval that is confirmed, and shows what left', async () => {
    await terminal.reset()
    const asked = await terminal.begin(`scoregate review approve ${id} --release scores`)
    await terminal.untilShown('[y/N]')
    await terminal.type('y')
    await terminal.press('Enter')
    await asked.ended()
    expect(await terminal.screen()).toContain(`Hold ${id} is approved`)
    expect(await terminal.state()).toEqual(plain)
  })

  it('shows colours only where there are any to show, and none to whoever wants none', async () => {
    await terminal.reset()
    const bold = `scoregate review show ${id} --no-pager`
    await terminal.run(
      `${bold} | grep -c $'\\033'; NO_COLOR=1 script -qec '${bold}' /dev/null | grep -c $'\\033\\[1m'; script -qec '${bold}' /dev/null | grep -c $'\\033\\[1m'`,
    )
    expect(await terminal.screen()).toMatch(/\n0\n0\n[1-9]/)
  })
})
