import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'

const SCOREGATE = fileURLToPath(new URL('../dist/scoregate.js', import.meta.url))

/** Runs the command as the first reviewer; what it prints. */
async function review(rig: DeskRig, ...words: string[]): Promise<string> {
  const connection = ['--desk', rig.url, '--token', 'token-of-first-reviewer']
  const { stdout } = await promisify(execFile)(process.execPath, [
    SCOREGATE,
    'review',
    ...words,
    ...connection,
  ])
  return stdout
}

describe('scoregate review list', () => {
  it('has the filters of the inbox, and goes on where its limit stopped it', async () => {
    await using rig = await DeskRig.start()
    const larch = await rig.deposit({ participant: 'larch' })
    const oak = await rig.deposit({ participant: 'oak' })
    await rig.copyHold(oak.id, 118)
    const found: unknown = JSON.parse(await review(rig, 'list', '--participant', 'LAR', '--json'))
    expect(found).toMatchObject({ total: 1, isMore: false, holds: [{ id: larch.id }] })

    const text = await review(rig, 'list', '--sort', 'participant', '--limit', '60')
    expect(text).toContain('larch')
    const next = /60 of 120\. The next: --after ([a-z2-7]{8})/.exec(text)?.[1]
    const rest = await review(rig, 'list', '--sort', 'participant', '--after', next ?? '')
    expect(rest.match(/ oak /g)).toHaveLength(60)
    expect(rest).not.toContain('The next')
    expect(await review(rig, 'list', '--list', 'decided')).toContain('Nothing has been decided yet.')
    await expect(review(rig, 'list', '--older', 'yesterday')).rejects.toMatchObject({ code: 1 })
  })

  it('says who is looking at a hold, as `review show` does', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const words = /being looked at by first-reviewer, until \d\d:\d\d UTC/
    expect(await review(rig, 'claim', id)).toMatch(words)
    expect(await review(rig, 'list')).toMatch(/LOOKED AT BY[\s\S]*first-reviewer/)
    expect(await review(rig, 'show', id)).toMatch(words)
    expect(await review(rig, 'claim', id, '--end')).toContain('nobody is looking at it')
    expect(await review(rig, 'list')).not.toContain('LOOKED AT BY')
  })
})
