import { describe, expect, it } from 'vitest'
import { HONEST_RUN, sha256Of } from '../deposit-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

describe('a deposit', () => {
  it('becomes a hold that waits, and the platform hears that it awaits validation', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const { holds, total } = await rig.list('waiting')
    expect(total).toBe(1)
    expect(holds[0]).toMatchObject({
      id,
      digest: deposit.manifestDigest,
      state: 'awaiting',
      submissionId: deposit.job.submission.id,
      fileCount: 5,
    })
    expect(holds[0]?.scores).toEqual([
      expect.objectContaining({ column: 'auc', written: '0.81249', released: '0.812' }),
      expect.objectContaining({ column: 'brier', written: '0.1', released: '0.1' }),
    ])
    await until(
      'the word',
      () => rig.told(deposit.manifestDigest).includes('awaiting-validation') || undefined,
    )
    expect(rig.platform.outcomes).toEqual([
      { kind: 'awaiting-validation', attempt: 1, hold: deposit.manifestDigest },
    ])
  })

  it('made twice is one hold', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const again = await rig.postDeposit(deposit)
    expect(again.status).toBe(200)
    expect(await again.json()).toEqual({ holdId: id })
    expect((await rig.list('waiting')).total).toBe(1)
  })

  it('made twice at the same moment is one hold', async () => {
    await using rig = await DeskRig.start()
    const deposit = rig.makeDeposit()
    for (const content of Object.values(HONEST_RUN)) await rig.putBlob(content)
    const answers = await Promise.all([1, 2, 3, 4].map(() => rig.postDeposit(deposit)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 201])
    expect((await rig.list('waiting')).total).toBe(1)
  })

  it('with other content for the same attempt is refused', async () => {
    await using rig = await DeskRig.start()
    await rig.deposit({ jobId: 'job-a', submissionId: 1 })
    const files = { ...HONEST_RUN, 'scoring_output/scores.json': '{"auc": 1}' }
    await expect(rig.deposit({ jobId: 'job-a', submissionId: 1, files })).rejects.toThrow(
      /409.*other-deposit/,
    )
  })

  it('whose files did not arrive, or in another size, is refused', async () => {
    await using rig = await DeskRig.start()
    const answer = await rig.postDeposit(rig.makeDeposit())
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'blobs-missing' })
  })

  it('that does not agree with itself is refused with everything that is wrong', async () => {
    await using rig = await DeskRig.start()
    const deposit = rig.makeDeposit()
    const wrong = {
      ...deposit,
      manifest: {
        ...deposit.manifest,
        jobId: 'another',
        attempt: 9,
        submissionId: 9,
        platform: 'http://elsewhere',
      },
      platform: 'http://stranger',
    }
    const answer = await rig.postDeposit(wrong)
    expect(answer.status).toBe(400)
    const body = (await answer.json()) as { problems: { where: string }[] }
    expect(body.problems.map((problem) => problem.where)).toEqual([
      'manifestDigest',
      'manifest.jobId',
      'manifest.attempt',
      'manifest.submissionId',
      'manifest.platform',
      'platform',
    ])
  })

  it('by anybody but a worker of the site is refused', async () => {
    await using rig = await DeskRig.start()
    for (const token of ['', 'wrong', 'token-of-first-reviewer']) {
      expect((await rig.postDeposit(rig.makeDeposit(), token)).status).toBe(401)
    }
  })
})

describe('a file for the vault', () => {
  it('is stored once, and must be what its name says', async () => {
    await using rig = await DeskRig.start()
    expect((await rig.putBlob('content')).status).toBe(201)
    expect((await rig.putBlob('content')).status).toBe(200)
    expect((await rig.putBlob('other', sha256Of('content'))).status).toBe(400)
    expect((await rig.putBlob('content', 'nonsense')).status).toBe(400)
    expect(await rig.blobCount()).toBe(1)
  })

  it('may not be larger than a run may write', async () => {
    await using rig = await DeskRig.start({
      policy: 'version: 1\nsite: Small\nlimits: { output: 1KiB, log: 1KiB }\n',
    })
    expect((await rig.putBlob(Buffer.alloc(1024))).status).toBe(201)
    expect((await rig.putBlob(Buffer.alloc(1025))).status).toBe(413)
  })
})
