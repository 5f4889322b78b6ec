import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { deskEnvironment, runScoregate, SCOREGATE } from './review-rig.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-completion-'))
  const script = `#!/bin/sh\nexec '${process.execPath}' '${SCOREGATE}' "$@"\n`
  await writeFile(join(folder, 'scoregate'), script, { mode: 0o755 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What bash offers after these words; it has read the completion as a reviewer's own shell does. */
function offered(words: readonly string[], environment: NodeJS.ProcessEnv = process.env): string[] {
  const script = `source <(scoregate completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _scoregate; printf '%s\\n' "\${COMPREPLY[@]}"`
  const env = { ...environment, PATH: `${folder}:${process.env['PATH']}` }
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', 'scoregate', ...words], {
    env,
    encoding: 'utf8',
  })
  // A function that is no completion yet cannot set options of one.
  expect(stderr.replaceAll(/.*compopt: .*\n/g, '')).toBe('')
  return stdout.split('\n').filter((line) => line !== '')
}

describe('completion', () => {
  it('offers in bash the commands, their options and the choices of an option', () => {
    expect(offered(['rev'])).toEqual(['review'])
    expect(offered(['review', ''])).toEqual(expect.arrayContaining(['list', 'watch', 'files', 'token']))
    expect(offered(['review', 'token', 're'])).toEqual(['revoke'])
    expect(offered(['review', 'list', '--s'])).toEqual(['--state', '--sort'])
    expect(offered(['review', 'list', '--json', '--list', ''])).toEqual(['waiting', 'failed', 'decided'])
    expect(offered(['review', 'reject', '--sentence', 'too'])).toEqual(['too-revealing'])
  })

  it('offers the holds that wait, and nothing where no desk answers', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const environment = deskEnvironment(rig)
    // The desk of this test answers only while this process is not held up by a shell.
    const ids = await runScoregate(['completion', 'hold-ids'], environment)
    expect(ids).toMatchObject({ code: 0, stdout: `${id}\n` })
    await rig.stopDesk()
    expect(offered(['review', 'approve', '--yes', ''], environment)).toEqual([])
    expect(await runScoregate(['completion', 'hold-ids'], environment)).toEqual({
      ...{ code: 0, stdout: '', stderr: '' },
    })
  })

  it.each(['bash', 'zsh', 'fish'])('is a script that %s can read', async (shell) => {
    const { stdout } = await runScoregate(['completion', shell], process.env)
    expect(stdout).toContain('review approve')
    const file = join(folder, `completion.${shell}`)
    await writeFile(file, stdout)
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })

  it('offers in fish the same, with what each does', async () => {
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder }
    const ask = (line: string) =>
      spawnSync('fish', ['--no-config', '-c', `scoregate completion fish | source; complete -C '${line}'`], {
        env,
        encoding: 'utf8',
      }).stdout
    expect(ask('scoregate review wat')).toMatch(/^watch\ta list of holds/m)
    expect(ask('scoregate review list --list ')).toBe(
      'decided\twhich list\nfailed\twhich list\nwaiting\twhich list\n',
    )
  })
})
