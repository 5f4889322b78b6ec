import { appendFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { auditFileOf } from '../audit/audit-file-name.ts'
import { DeskRig, METRICS_TOKEN } from '../desk-rig.ts'
import { Health } from './health-check.ts'

const WELL: Health = { status: 'ok', database: 'ok', vault: 'ok', audit: 'ok', outbox: 'ok', clock: 'ok' }

/** The answer of a check of its own: what an earlier one found is remembered for some seconds. */
async function health(rig: DeskRig): Promise<{ status: number; body: Health }> {
  rig.passTime(10)
  const answer = await fetch(`${rig.url}/healthz`)
  return { status: answer.status, body: Health.parse(await answer.json()) }
}

describe('/healthz', () => {
  it('is well, and asks for nobody', async () => {
    await using rig = await DeskRig.start()
    expect(await health(rig)).toEqual({ status: 200, body: WELL })
  })

  it('says that the vault cannot be written', async () => {
    await using rig = await DeskRig.start()
    const incoming = join(rig.dataFolder, 'vault', 'incoming')
    await rename(incoming, `${incoming}-away`)
    const trouble = { ...WELL, status: 'trouble', vault: 'unwritable' }
    expect(await health(rig)).toEqual({ status: 503, body: trouble })
    await rename(`${incoming}-away`, incoming)
    expect(await health(rig)).toEqual({ status: 200, body: WELL })
  })

  it('says that the audit chain cannot be written', async () => {
    await using rig = await DeskRig.start()
    await appendFile(auditFileOf(rig.dataFolder), 'an entry of somebody else\n')
    await rig.api('/api/holds?list=waiting')
    expect((await health(rig)).body).toEqual({ ...WELL, status: 'trouble', audit: 'unwritable' })
  })

  it('says what the clock and the outbox are in', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.approve(id)
    await rig.untilState(id, 'released')
    await rig.changeRecords(
      `update outbox set state = 'pending', next_try_at = '2999', created_at = ? where hold_id = ?`,
      [new Date(Date.now() - 7_200_000).toISOString(), id],
    )
    expect((await health(rig)).body.outbox).toBe('late')
    await rig.changeRecords(`update outbox set state = 'stopped' where hold_id = ?`, [id])
    expect(await health(rig)).toEqual({
      status: 503,
      body: { ...WELL, status: 'trouble', outbox: 'stopped' },
    })
    await rig.jumpClock(3600)
    expect((await health(rig)).body.clock).toBe('jumped')
  })
})

describe('/metrics', () => {
  it('is for who shows its token, and has no name of anybody in it', async () => {
    await using rig = await DeskRig.start()
    await rig.deposit({ participant: 'PLANTED-PARTICIPANT', competition: { id: 3, title: 'PLANTED-TITLE' } })
    for (const token of ['', 'another', 'worker-token-of-the-test', 'token-of-first-reviewer']) {
      const answer = await fetch(`${rig.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
      expect(answer.status).toBe(401)
    }
    const answer = await fetch(`${rig.url}/metrics`, {
      headers: { authorization: `Bearer ${METRICS_TOKEN}` },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const text = await answer.text()
    expect(text).toContain('scoregate_up 1\n')
    expect(text).toContain('scoregate_holds{state="awaiting"} 1\n')
    expect(text).toContain('scoregate_workers 1\n')
    expect(text).toContain('scoregate_worker_alerts{alert="disk-low"} 0\n')
    expect(text).not.toMatch(/PLANTED|worker-1|reviewer/)
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) scoregate_[a-z_]+ .+|scoregate_[a-z_]+(?:\{[a-z]+="[a-z-]+"\})? [0-9.]+)$/,
      )
    }
  })
})
