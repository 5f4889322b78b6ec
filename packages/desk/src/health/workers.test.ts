import { WORKER_SITE_PATH } from '@scoregate/protocol/deposit'
import { WORKER_REPORT_PATH, type WorkerReport } from '@scoregate/protocol/worker-report'
import { describe, expect, it } from 'vitest'
import { DeskRig, WORKER_TOKEN } from '../desk-rig.ts'

const REPORT: WorkerReport = {
  worker: 'worker-9',
  version: '0.1.0',
  sandbox: 'bubblewrap',
  freeDiskBytes: 50 * 2 ** 30,
  neededDiskBytes: 40 * 2 ** 30,
  slots: 2,
  running: 1,
  parkedRuns: 0,
}

function report(rig: DeskRig, body: unknown, token = WORKER_TOKEN): Promise<Response> {
  return fetch(rig.url + WORKER_REPORT_PATH, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
}

function askPolicy(rig: DeskRig, worker: string): Promise<Response> {
  return fetch(`${rig.url}${WORKER_SITE_PATH}?worker=${encodeURIComponent(worker)}`, {
    headers: { authorization: `Bearer ${WORKER_TOKEN}` },
  })
}

async function page(rig: DeskRig): Promise<string> {
  return await (await (await rig.signIn()).get('/workers')).text()
}

describe('the page of workers', () => {
  it('is empty until a worker asks for the policy, and asks for a signed-in reviewer', async () => {
    await using rig = await DeskRig.start()
    expect((await fetch(`${rig.url}/workers`, { redirect: 'manual' })).status).toBe(303)
    expect(await page(rig)).toContain('No worker has been here yet')
    expect((await askPolicy(rig, 'worker-<b>7</b>')).status).toBe(200)
    const shown = await page(rig)
    expect(shown).toContain('worker-&lt;b&gt;7&lt;/b&gt;')
    expect(shown).toContain('Alive')
    expect(shown).toContain('It has not told more of itself')
  })

  it('tells of each worker what it reported, and its last hold', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    expect((await report(rig, { ...REPORT, worker: 'worker-1' })).status).toBe(200)
    const shown = await page(rig)
    expect(shown).toContain('bubblewrap')
    expect(shown).toContain('1 of 2 at the same time')
    expect(shown).toContain(`href="/holds/${id}"`)
    expect(shown).toContain('npx scoregate doctor')
    expect(shown).not.toContain('Needs a look')
  })

  it('says in words what needs a person, and takes it back when it is over', async () => {
    await using rig = await DeskRig.start()
    await report(rig, {
      ...REPORT,
      freeDiskBytes: 2 ** 30,
      parkedRuns: 2,
      examination: {
        examinedAt: '2026-05-01T12:00:00Z',
        sandbox: 'bubblewrap',
        broken: ['network'],
        unchecked: ['memory'],
      },
    })
    const shown = await page(rig)
    expect(shown).toContain('Too little free disk, so it takes no job')
    expect(shown).toContain('A promise does not hold')
    expect(shown).toContain('Promised, and not so: “A program has no network”.')
    expect(shown).toContain('Not tried: A program that takes too much memory is stopped')
    expect(shown).toContain('2 sealed runs are set aside')
    expect(shown).toContain('Needs a look')

    await report(rig, REPORT)
    expect(await page(rig)).not.toContain('Needs a look')
    rig.passTime(299)
    expect(await page(rig)).not.toContain('Not seen for more than 5 minutes')
    rig.passTime(2)
    expect(await page(rig)).toContain('Not seen for more than 5 minutes')
    await askPolicy(rig, REPORT.worker)
    expect(await page(rig)).not.toContain('Not seen for more than 5 minutes')
  })

  it('takes closed words and bounded numbers alone, from a worker alone', async () => {
    await using rig = await DeskRig.start()
    expect((await report(rig, REPORT, 'another')).status).toBe(401)
    const examination = { examinedAt: '2026-05-01T12:00:00Z', sandbox: 'engine', broken: [], unchecked: [] }
    for (const wrong of [
      { ...REPORT, note: 'PATIENT' },
      { ...REPORT, version: 'PATIENT' },
      { ...REPORT, sandbox: 'none' },
      { ...REPORT, running: 65 },
      { ...REPORT, freeDiskBytes: -1 },
      { ...REPORT, worker: '' },
      { ...REPORT, examination: { ...examination, broken: ['PATIENT'] } },
      { ...REPORT, examination: { ...examination, unchecked: ['toString'] } },
    ]) {
      expect((await report(rig, wrong)).status).toBe(400)
    }
    expect((await report(rig, { ...REPORT, worker: 'x'.repeat(20_000) })).status).toBe(413)
    expect(await page(rig)).toContain('No worker has been here yet')
  })

  it('does not keep names without end, and forgets who is gone', async () => {
    await using rig = await DeskRig.start()
    for (let at = 0; at < 205; at += 1) await askPolicy(rig, `name-${at}`)
    const shown = await page(rig)
    expect(shown).toContain('name-199')
    expect(shown).not.toContain('name-200')
    rig.passTime(31 * 86_400)
    await askPolicy(rig, 'newcomer')
    const later = await page(rig)
    expect(later).toContain('newcomer')
    expect(later).not.toContain('name-199')
  })
})
