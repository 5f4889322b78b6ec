import { writeFile } from 'node:fs/promises'
import { RECEIPT_PAYLOAD_TYPE } from '@scoregate/protocol/receipt'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

describe('a decision', () => {
  it('to approve releases exactly what was chosen', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const jobId = deposit.job.jobId
    expect((await rig.approve(id, ['scores', 'scoring_stdout', 'detailed_results'])).status).toBe(200)
    const hold = await rig.untilState(id, 'released')
    expect(hold.decision).toMatchObject({ kind: 'approve', reviewer: 'first-reviewer' })
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    expect(rig.platform.outcomes[1]).toMatchObject({
      scores: [
        { column: 'auc', value: '0.812' },
        { column: 'brier', value: '0.1' },
      ],
    })
    expect([...rig.platform.artefacts.keys()].sort()).toEqual([
      `${jobId}/detailed_results`,
      `${jobId}/scoring_stdout`,
    ])
    expect(rig.platform.artefacts.get(`${jobId}/scoring_stdout`)?.toString()).toBe(
      HONEST_RUN['logs/scoring_stdout'],
    )
    expect(rig.platform.received()).not.toContain('PLANTED-PREDICTION')
  })

  it('that names no artefacts releases what the policy ticks', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    expect((await rig.approve(id)).status).toBe(200)
    expect((await rig.untilState(id, 'released')).decision?.artefacts).toEqual(['scores'])
    expect(rig.platform.artefacts.size).toBe(0)
  })

  it('to reject tells the platform one fixed reason and nothing of the run', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    expect((await rig.reject(id)).status).toBe(200)
    await rig.untilState(id, 'closed')
    expect(rig.platform.outcomes.at(-1)).toEqual({
      kind: 'failed',
      attempt: 1,
      hold: deposit.manifestDigest,
      reason: 'not-released',
      receipt: expect.objectContaining({ payloadType: RECEIPT_PAYLOAD_TYPE }),
    })
    expect(rig.platform.received()).not.toMatch(/PLANTED|0\.81|Detailed|private-data/)
  })

  it('is made by exactly one of two reviewers at once', async () => {
    await using rig = await DeskRig.start()
    for (let round = 0; round < 5; round += 1) {
      const { id, deposit } = await rig.deposit()
      const digest = deposit.manifestDigest
      const answers = await Promise.all([
        rig.api(`/api/holds/${id}/decision`, { digest, decision: 'approve' }),
        rig.api(
          `/api/holds/${id}/decision`,
          { digest, decision: 'reject', reason: 'other' },
          'second-reviewer',
        ),
        rig.api(`/api/holds/${id}/decision`, { digest, decision: 'approve' }, 'second-reviewer'),
      ])
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409])
      await until(
        'the end',
        async () => ['released', 'closed'].includes((await rig.show(id)).state) || undefined,
      )
      expect(rig.told(digest).filter((kind) => kind !== 'awaiting-validation')).toHaveLength(1)
    }
  })

  it('over another digest than the hold has is refused', async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit()
    const second = await rig.deposit()
    const answer = await rig.api(`/api/holds/${first.id}/decision`, {
      digest: second.deposit.manifestDigest,
      decision: 'approve',
    })
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'other-digest' })
    expect((await rig.show(first.id)).state).toBe('awaiting')
  })

  it('over a manifest that was changed in the records is refused', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const changed = JSON.stringify({ ...deposit.manifest, entries: deposit.manifest.entries.slice(0, -1) })
    await rig.changeRecords('update hold set manifest_json = ? where id = ?', [changed, id])
    const answer = await rig.approve(id)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'vault-altered' })
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('over an attempt that a later one has superseded can only reject it, and says nothing about the later one', async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit({ jobId: 'job-again', attempt: 1, submissionId: 9 })
    expect((await rig.approve(first.id, [])).status).toBe(400)
    const second = await rig.deposit({ jobId: 'job-again', attempt: 2, submissionId: 9 })
    const old = await rig.approve(first.id)
    expect(old.status).toBe(409)
    expect(await old.json()).toMatchObject({ code: 'superseded' })
    expect((await rig.show(second.id)).state).toBe('awaiting')
    expect((await rig.approve(second.id)).status).toBe(200)
    await rig.untilState(second.id, 'released')
    expect((await rig.reject(first.id)).status).toBe(200)
    expect(rig.told(first.deposit.manifestDigest)).not.toContain('released')
  })

  it('is of one attempt: an approval is not inherited by a run of the same job again, nor accepted when replayed', async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit({ jobId: 'job-twice', attempt: 1, submissionId: 8 })
    const body = { digest: first.deposit.manifestDigest, decision: 'approve' }
    expect((await rig.api(`/api/holds/${first.id}/decision`, body)).status).toBe(200)
    await rig.untilState(first.id, 'released')
    const second = await rig.deposit({ jobId: 'job-twice', attempt: 2, submissionId: 8 })
    expect(second.deposit.manifestDigest).not.toBe(first.deposit.manifestDigest)
    expect((await rig.api(`/api/holds/${second.id}/decision`, body)).status).toBe(409)
    expect((await rig.api(`/api/holds/${first.id}/decision`, body)).status).toBe(409)
    expect((await rig.show(second.id)).state).toBe('awaiting')
    expect(rig.told(second.deposit.manifestDigest)).not.toContain('released')
  })

  it('may not release what the policy does not allow, and needs a reason to reject', async () => {
    await using rig = await DeskRig.start({
      policy: `${POLICY}release: { may: [scores], ticked: [scores] }\n`,
    })
    const { id, deposit } = await rig.deposit()
    expect((await rig.show(id)).offered.map((artefact) => artefact.name)).toEqual(['scores'])
    expect((await rig.approve(id, ['scores', 'output'])).status).toBe(400)
    expect((await rig.approve(id, [])).status).toBe(400)
    const noReason = { digest: deposit.manifestDigest, decision: 'reject' }
    expect((await rig.api(`/api/holds/${id}/decision`, noReason)).status).toBe(400)
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('that another program keeps from being written is not taken, says so, and can be made when the desk has started again', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    const body = { digest: deposit.manifestDigest, decision: 'approve' }
    const unlock = await rig.lockRecords()
    const answer = await rig.api(`/api/holds/${id}/decision`, body)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'records-locked' })
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation'])
    await unlock()
    await rig.stopDesk()
    await rig.startDesk()
    expect((await rig.api(`/api/holds/${id}/decision`, body)).status).toBe(200)
    await rig.untilState(id, 'released')
  })

  it('needs somebody who is signed in', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const answer = await fetch(`${rig.url}/api/holds/${id}/decision`, {
      method: 'POST',
      headers: { authorization: 'Bearer worker-token-of-the-test', 'content-type': 'application/json' },
      body: JSON.stringify({ digest: deposit.manifestDigest, decision: 'approve' }),
    })
    expect(answer.status).toBe(401)
    expect((await rig.show(id)).state).toBe('awaiting')
  })
})

describe('a hold', () => {
  it('that nobody decides expires at its deadline, in seconds if the policy says so', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('24h', '1s') })
    const { id, deposit } = await rig.deposit()
    const hold = await rig.untilState(id, 'closed')
    expect(hold.decision).toMatchObject({ kind: 'expire', reviewer: 'policy', reason: 'deadline' })
    expect(rig.platform.outcomes.at(-1)).toMatchObject({ kind: 'failed', reason: 'validation-timed-out' })
    expect((await rig.approve(id)).status).toBe(409)
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'failed'])
  })

  it('expires though another, of the same deadline, has a record that is broken', async () => {
    await using rig = await DeskRig.start()
    const broken = await rig.deposit()
    const sound = await rig.deposit()
    await rig.changeRecords(
      `update hold set expires_at = '2000-01-01T00:00:00.000Z', rules_json = '{}' where id = ?`,
      [broken.id],
    )
    rig.passTime(24 * 3600)
    await rig.untilState(sound.id, 'closed')
    expect(rig.log.join('')).toContain('could not be closed')
    expect(rig.told(broken.deposit.manifestDigest)).not.toContain('released')
  })

  it('past its deadline cannot be approved, even before anybody noticed', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    rig.passTime(24 * 3600)
    expect((await rig.approve(id)).status).toBe(409)
    await rig.untilState(id, 'closed')
  })

  it('with output that could not be sealed can only be rejected', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({
      refusals: [{ section: 'scoring_output', shownPath: 'labels.csv', kind: 'symbolic-link' }],
    })
    expect(await rig.show(id)).toMatchObject({ hostile: true, offered: [], state: 'awaiting' })
    const approval = await rig.approve(id, ['scores'])
    expect(approval.status).toBe(409)
    expect(await approval.json()).toMatchObject({ code: 'hostile' })
    expect((await rig.reject(id)).status).toBe(200)
    await rig.untilState(id, 'closed')
  })

  it('lapses when the submission was cancelled at the platform', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    rig.platform.unwanted.add(deposit.job.jobId)
    rig.passTime(31)
    const hold = await rig.untilState(id, 'closed')
    expect(hold.decision).toMatchObject({ kind: 'expire', reason: 'cancelled' })
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation'])
  })

  it('lapses when the platform has superseded the attempt', async () => {
    await using rig = await DeskRig.start()
    rig.platform.unwanted.add('job-old')
    const { id } = await rig.deposit({ jobId: 'job-old' })
    expect((await rig.untilState(id, 'closed')).decision).toMatchObject({
      kind: 'expire',
      reason: 'superseded',
    })
    expect(rig.platform.outcomes).toEqual([])
  })
})

describe('the strictest', () => {
  const whenAsked = POLICY.replace('always', 'when-asked')

  it('wins: the policy holds what the organizer would publish', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ humanInTheLoop: false })
    await until('the word', () => rig.platform.outcomes[0])
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('wins: the organizer holds what the policy would publish', async () => {
    await using rig = await DeskRig.start({ policy: whenAsked })
    const { id } = await rig.deposit({ humanInTheLoop: true })
    await until('the word', () => rig.platform.outcomes[0])
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('allows release without a person only where neither asks for one, recorded as a decision of the policy', async () => {
    await using rig = await DeskRig.start({ policy: whenAsked })
    const { id, deposit } = await rig.deposit({ humanInTheLoop: false })
    const hold = await rig.untilState(id, 'released')
    expect(hold.decision).toMatchObject({ kind: 'auto', reviewer: 'policy', artefacts: ['scores'] })
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    expect(rig.platform.received()).not.toContain('PLANTED')
  })

  it('wins over publishing at once when the output is hostile, or the policy ticks nothing of it', async () => {
    await using rig = await DeskRig.start({ policy: `${whenAsked}release: { may: [scores], ticked: [] }\n` })
    const hostile = await rig.deposit({
      humanInTheLoop: false,
      refusals: [{ section: 'logs', shownPath: 'x', kind: 'special-file' }],
    })
    const unticked = await rig.deposit({ humanInTheLoop: false })
    for (const { id, deposit } of [hostile, unticked]) {
      await until('the word', () => rig.told(deposit.manifestDigest)[0])
      expect((await rig.show(id)).state).toBe('awaiting')
    }
  })
})

describe('an approval by the policy', () => {
  it('is not made over files that the vault has not as they were sealed; sent again, they are what they should be', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('always', 'when-asked') })
    const scores = HONEST_RUN['scoring_output/scores.json'] ?? ''
    await rig.deposit({ humanInTheLoop: true })
    await writeFile(rig.blobFile(scores), '{"auc": 0.99999, "brier": 0.1}')
    const deposit = rig.makeDeposit({ humanInTheLoop: false })
    expect((await rig.postDeposit(deposit)).status).toBe(500)
    expect((await rig.list('decided')).total).toBe(0)
    await rig.putBlob(scores)
    expect((await rig.postDeposit(deposit)).status).toBe(201)
    await until('the release', () => rig.told(deposit.manifestDigest).includes('released') || undefined)
  })
})

describe('a failed run', () => {
  const files = { 'logs/scoring_stderr': 'PLANTED-TRACEBACK\n' }

  it('is reported at once by its code alone, and its logs can be released', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit({ files, failure: 'scoring-failed' })
    await until('the word', () => rig.platform.outcomes[0])
    expect(rig.platform.outcomes[0]).toMatchObject({ kind: 'failed', reason: 'scoring-failed' })
    expect(rig.platform.received()).not.toContain('PLANTED')
    expect((await rig.list('waiting')).total).toBe(0)
    expect((await rig.list('failed')).holds[0]?.id).toBe(id)
    expect((await rig.approve(id, ['scoring_stderr'])).status).toBe(200)
    await rig.untilState(id, 'released')
    expect(rig.told(deposit.manifestDigest)).toEqual(['failed', 'failure-released'])
    expect(rig.platform.artefacts.get(`${deposit.job.jobId}/scoring_stderr`)?.toString()).toBe(
      'PLANTED-TRACEBACK\n',
    )
  })

  it('is what a result without usable scores is, whatever the worker says', async () => {
    await using rig = await DeskRig.start()
    const none = await rig.deposit({ files })
    const bad = await rig.deposit({ files: { 'scoring_output/scores.json': '{"auc": "high"}' } })
    await until('two words', () => rig.platform.outcomes[1])
    expect((await rig.show(none.id)).failure).toBe('no-scores')
    expect(await rig.show(bad.id)).toMatchObject({ failure: 'scores-unreadable', kind: 'failed-run' })
    expect(rig.platform.outcomes.map((outcome) => outcome.kind)).toEqual(['failed', 'failed'])
    expect((await rig.list('waiting')).total).toBe(0)
  })

  it('lapses in silence at its deadline', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('24h', '1s') })
    const { id, deposit } = await rig.deposit({ files, failure: 'time-limit' })
    await rig.untilState(id, 'closed')
    expect(rig.told(deposit.manifestDigest)).toEqual(['failed'])
  })

  it('waits for a person where the policy says so: only then is even its code told', async () => {
    const policy = POLICY.replace('timeout: 24h', 'timeout: 24h, failures: after-review')
    await using rig = await DeskRig.start({ policy })
    const told = await rig.deposit({ files, failure: 'scoring-failed' })
    const kept = await rig.deposit({ files, failure: 'scoring-failed' })
    const alone = await rig.deposit({ files: {}, failure: 'scoring-failed' })
    await until('three words', () => rig.platform.outcomes[2])
    expect(new Set(rig.platform.outcomes.map((outcome) => outcome.kind))).toEqual(
      new Set(['awaiting-validation']),
    )
    await rig.approve(told.id, ['scoring_stderr'])
    await rig.reject(kept.id)
    await rig.approve(alone.id, [])
    await rig.untilState(told.id, 'released')
    await rig.untilState(kept.id, 'closed')
    await rig.untilState(alone.id, 'released')
    expect(rig.told(told.deposit.manifestDigest)).toEqual([
      'awaiting-validation',
      'failed',
      'failure-released',
    ])
    expect(rig.told(alone.deposit.manifestDigest)).toEqual(['awaiting-validation', 'failed'])
    const reasons = rig.platform.outcomes.flatMap((outcome) =>
      outcome.kind === 'failed' ? [outcome.reason] : [],
    )
    expect(reasons.sort()).toEqual(['not-released', 'scoring-failed', 'scoring-failed'])
  })
})
