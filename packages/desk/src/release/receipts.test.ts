import { writeFile } from 'node:fs/promises'
import { readReceipt } from '@scoregate/gate/receipt'
import { Receipt } from '@scoregate/protocol/receipt'
import { describe, expect, it } from 'vitest'
import { readActs, verifyFile } from '../audit/audit-rig.ts'
import { HONEST_RUN, sha256Of } from '../deposit-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import { ensureSitePublicKey } from '../site/site-key.ts'
import { until } from '../until-rig.ts'

describe('a receipt', () => {
  it('says what was released, by whom and over what, and can be verified without the site', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await rig.approve(id, ['scores', 'scoring_stdout'])
    const hold = await rig.untilState(id, 'released')
    const [outcome] = rig.platform.outcomes.slice(-1)
    const receipt = outcome?.kind === 'released' ? outcome.receipt : undefined
    const reading = readReceipt(receipt, await ensureSitePublicKey(rig.dataFolder))
    expect(reading).toMatchObject({
      kind: 'valid',
      statement: {
        subject: [
          { name: 'scores' },
          { name: 'scoring_stdout', digest: { sha256: sha256Of(HONEST_RUN['logs/scoring_stdout'] ?? '') } },
        ],
        predicate: {
          platform: rig.platform.url,
          jobId: deposit.job.jobId,
          submissionId: deposit.job.submission.id,
          hold: deposit.manifestDigest,
          outcome: 'released',
          decision: { kind: 'approve', reviewer: 'first-reviewer', decidedAt: hold.decidedAt },
          artefacts: ['scores', 'scoring_stdout'],
          policyDigest: hold.policyDigest,
        },
      },
    })
  })

  it('carries the head of the chain right after the entry of its outcome, which lies on the chain', async () => {
    await using rig = await DeskRig.start()
    for (const decide of ['approve', 'reject'] as const) {
      const { id } = await rig.deposit()
      await rig[decide](id)
      await rig.untilState(id, decide === 'approve' ? 'released' : 'closed')
    }
    const heads = rig.platform.statements.map(({ predicate }) => ({ ...predicate.chain, from: 'a receipt' }))
    expect(await verifyFile(rig.dataFolder, heads)).toMatchObject({ damages: [] })
    const acts = await readActs(rig.dataFolder)
    expect(heads.map(({ sequence }) => acts[sequence - 1]?.kind)).toEqual(['release-begun', 'failure-begun'])
    // Control: a head that is not of this chain is noticed.
    const forged = heads.map((head) => ({ ...head, head: sha256Of('forged') }))
    expect((await verifyFile(rig.dataFolder, forged)).damages.map(({ kind }) => kind)).toEqual([
      'other-history',
      'other-history',
    ])
  })

  it('is the same, byte for byte, when the platform’s answer was lost and the outcome is sent again', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    rig.platform.loseAnswer()
    await rig.approve(id, ['scores', 'output'])
    const hold = await rig.untilState(id, 'released')
    expect(hold.publishing[1]?.tries).toBeGreaterThan(1)
    // The platform keeps each different outcome: the second try was no other than the first.
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    const kinds = (await readActs(rig.dataFolder)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'release-begun')).toHaveLength(1)
  })

  it('is the same after a desk that ended between signing and the platform’s answer', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    await rig.platform.down()
    await rig.approve(id)
    const signed = await until('a receipt', async () => {
      const answer = await rig.api(`/api/holds/${id}/receipt`)
      return answer.ok ? Receipt.parse(await answer.json()) : undefined
    })
    await rig.stopDesk()
    await rig.platform.up()
    await rig.startDesk()
    await rig.untilState(id, 'released')
    expect(rig.platform.outcomes.at(-1)).toMatchObject({ kind: 'released', receipt: signed })
    expect(await (await rig.api(`/api/holds/${id}/receipt?outcome=released`)).json()).toEqual(signed)
  })

  it('stops the release when the vault no longer has what it names, and the chain tells of the alarm', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    await rig.platform.down()
    await rig.approve(id, ['scores', 'scoring_stdout'])
    await until('a try', async () => ((await rig.show(id)).publishing[1]?.tries ?? 0) > 0 || undefined)
    await writeFile(rig.blobFile(HONEST_RUN['logs/scoring_stdout'] ?? ''), 'PLANTED-CHANGE')
    await rig.platform.up()
    const { alarm } = await until('the alarm', async () => {
      const hold = await rig.show(id)
      return hold.alarm === undefined ? undefined : hold
    })
    expect(alarm).toContain('Nothing was released')
    expect(rig.platform.received()).not.toContain('PLANTED-CHANGE')
    await until('the entry', async () => {
      const acts = await readActs(rig.dataFolder)
      return acts.some((act) => act.kind === 'release-stopped' && act.hold.id === id) || undefined
    })
    const browser = await rig.signIn()
    for (const page of ['/', `/holds/${id}`]) {
      expect(await (await browser.get(page)).text()).toMatch(/release was stopped|Release stopped/)
    }
  })

  it('is refused to nobody who may see the hold, and is there only once there is one', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const path = `/api/holds/${id}/receipt`
    expect((await fetch(`${rig.url}${path}`)).status).toBe(401)
    expect((await rig.api(path)).status).toBe(404)
    await rig.reject(id)
    await rig.untilState(id, 'closed')
    expect((await rig.api(path)).status).toBe(200)
    expect((await rig.api(`${path}?outcome=released`)).status).toBe(404)
    const browser = await rig.signIn()
    const page = await (await browser.get(`/holds/${id}`)).text()
    const link = /href="(\/holds\/[a-z2-7]+\/receipts\/failed)"/.exec(page)?.[1] ?? ''
    const file = await browser.get(link)
    expect(file.headers.get('content-disposition')).toContain('attachment')
    expect(await file.json()).toEqual(await (await rig.api(path)).json())
  })
})
