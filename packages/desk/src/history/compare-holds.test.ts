import { describe, expect, it } from 'vitest'
import { HoldDiff } from '../api/hold-api.ts'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig } from '../desk-rig.ts'

async function diffOf(rig: DeskRig, id: string): Promise<HoldDiff> {
  return HoldDiff.parse(await (await rig.api(`/api/holds/${id}/diff`)).json())
}

describe('what is new since the last hold of a participant', () => {
  it('is told by digests: scores, and files that are new, changed or gone', async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit()
    const { 'predictions/predictions.csv': _gone, ...kept } = HONEST_RUN
    const second = await rig.deposit({
      files: {
        ...kept,
        'scoring_output/scores.json': '{"auc": 0.9, "brier": 0.1}',
        'scoring_output/extra.csv': 'new\n',
      },
    })
    // Nothing was decided before: all is new, and there is nothing to compare with.
    expect(await diffOf(rig, second.id)).toMatchObject({ counts: { new: 5, changed: 0, gone: 0, same: 0 } })
    expect(await diffOf(rig, second.id)).not.toHaveProperty('previous')
    await rig.reject(first.id)

    const diff = await diffOf(rig, second.id)
    expect(diff.previous).toMatchObject({ id: first.id, state: 'rejected', hasContent: true })
    expect(diff.scores).toEqual([
      { column: 'auc', title: 'Area under the curve', before: '0.812', after: '0.9' },
      { column: 'brier', title: 'Brier score', before: '0.1', after: '0.1' },
    ])
    expect(diff.counts).toEqual({ new: 1, changed: 1, gone: 1, same: 3 })
    expect(diff.files.map(({ change, path }) => [change, path])).toEqual([
      ['new', 'extra.csv'],
      ['changed', 'scores.json'],
      ['gone', 'predictions.csv'],
    ])
  })

  it('compares with the last that was decided before, of this participant and this competition alone', async () => {
    await using rig = await DeskRig.start()
    const oldest = await rig.deposit()
    await rig.reject(oldest.id)
    const last = await rig.deposit()
    await rig.reject(last.id)
    for (const other of [{ participantId: 8 }, { competition: { id: 9, title: 'Another' } }])
      await rig.reject((await rig.deposit(other)).id)
    const waiting = await rig.deposit()
    expect((await diffOf(rig, waiting.id)).previous?.id).toBe(last.id)
    expect((await diffOf(rig, last.id)).previous?.id).toBe(oldest.id)
    expect((await diffOf(rig, oldest.id)).previous).toBeUndefined()
  })
})
