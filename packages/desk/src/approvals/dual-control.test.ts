import { describe, expect, it } from 'vitest'
import { DeskRig, POLICY } from '../desk-rig.ts'

const TWO = POLICY.replace('timeout: 24h', 'timeout: 24h, approvals: 2')
const [ANNA, BEN] = ['first-reviewer', 'second-reviewer'] as const

/** Shows a reviewer everything of a hold, so that nothing stands in the way but what is tested here. */
async function look(rig: DeskRig, id: string, reviewer: string): Promise<void> {
  const { files } = await rig.show(id)
  for (const { number } of files)
    await (await rig.api(`/api/holds/${id}/files/${number}`, undefined, reviewer)).arrayBuffer()
}

async function approve(
  rig: DeskRig,
  id: string,
  given: { by: string; artefacts?: readonly string[]; note?: string; reason?: string },
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { by, artefacts = ['scores'], ...words } = given
  await look(rig, id, by)
  const { digest } = await rig.show(id)
  const body = { digest, decision: 'approve', artefacts, ...words }
  const answer = await rig.api(`/api/holds/${id}/decision`, body, by)
  return { status: answer.status, answer: await answer.json() }
}

describe('a hold that two must approve', () => {
  it('waits after the first, and the second lets out what both ticked, with both names on the receipt', async () => {
    await using rig = await DeskRig.start({ policy: TWO })
    const { id, deposit } = await rig.deposit()
    const first = await approve(rig, id, { by: ANNA, artefacts: ['scores', 'scoring_stdout'] })
    expect(first).toEqual({ status: 200, answer: { id, state: 'awaiting', standing: 1, needed: 2 } })
    expect(await rig.show(id)).toMatchObject({ state: 'awaiting', approvedFirst: { reviewer: ANNA } })
    expect(rig.told(deposit.manifestDigest)).not.toContain('released')
    const second = await approve(rig, id, { by: BEN, artefacts: ['scores', 'detailed_results'] })
    expect(second).toEqual({ status: 200, answer: { id, state: 'approved' } })
    const hold = await rig.untilState(id, 'released')
    expect(hold.decision).toMatchObject({ reviewer: BEN, first: { reviewer: ANNA }, artefacts: ['scores'] })
    expect(rig.platform.artefacts.size).toBe(0)
    expect(rig.platform.statements.at(-1)?.predicate.decision).toMatchObject({
      ...{ kind: 'approve', reviewer: BEN, first: { reviewer: ANNA } },
    })
  })

  it('control: where one is enough, the first releases', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    expect((await approve(rig, id, { by: ANNA })).answer).toEqual({ id, state: 'approved' })
    await rig.untilState(id, 'released')
  })
})
