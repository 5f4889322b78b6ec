import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { until } from '../hub-rig.ts'
import { type RunsRig, startRunsRig } from './runs-rig.ts'

const Details = z.looseObject({
  logs: z.array(z.object({ name: z.string(), data_file: z.string() })),
  prediction_result: z.string().nullable(),
  detailed_result: z.string().nullable(),
})

describe('what a Codabench worker sends', () => {
  let rig: RunsRig
  let hiding: RunsRig
  beforeAll(async () => {
    rig = await startRunsRig()
    hiding = await startRunsRig({ phase: ', hide_output: true' })
  })
  afterAll(async () => {
    await rig[Symbol.asyncDispose]()
    await hiding[Symbol.asyncDispose]()
  })

  const ownerOf = (of: RunsRig, id: number) =>
    of.withDatabase(async (db) => {
      const row = db.selectFrom('submission').select('owner_id').where('id', '=', id)
      return (await row.executeTakeFirstOrThrow()).owner_id
    })
  const address = async (of: RunsRig, id: number) => ({
    user: await ownerOf(of, id),
    id,
    secret: await of.secret(id),
  })
  const running = async (of: RunsRig) => {
    const id = await of.submit()
    await of.say(id, { status: 'Running' })
    return id
  }

  it('is put behind links with their content types, and shown as files', async () => {
    const id = await running(rig)
    expect((await rig.put(id, 'prediction_stdout', 'log')).status).toBe(200)
    expect((await rig.put(id, 'detailed_results', '<script>1</script>')).status).toBe(200)
    expect((await rig.put(id, 'prediction_stdout', 'log', 'text/plain')).status).toBe(403)
    expect((await rig.put(id, 'detailed_results', 'x', 'application/zip')).status).toBe(403)
    const details = Details.parse(
      (await rig.hub.participant('GET', `/api/submissions/${id}/get_details/`)).body,
    )
    expect(details.logs).toMatchObject([{ name: 'prediction_stdout' }])
    const html = await fetch(details.detailed_result ?? '')
    expect(html.headers.get('content-disposition')).toContain('attachment')
    expect(html.headers.get('content-security-policy')).toContain('sandbox')
    const page = (await rig.hub.participant('GET', `/submissions/${id}`)).text
    expect(page).toContain('Submission: standard output')
    const log = await rig.hub.participant('GET', `/submissions/${id}/worker-logs/prediction_stdout`)
    expect(log.text).toBe('log')
  })

  it('is empty until it was put, and what is put again while it runs is the newer', async () => {
    const id = await running(rig)
    const link = await rig.link('get', id, 'prediction_result')
    expect(await rig.hub.visitor('GET', link)).toMatchObject({ status: 200, text: '' })
    await rig.put(id, 'prediction_result', 'one')
    await rig.put(id, 'prediction_result', 'two')
    expect((await rig.hub.visitor('GET', link)).text).toBe('two')
  })

  it('is refused where a link is forged, for something else, too old or too large', async () => {
    const [id, other] = [await running(rig), await running(rig)]
    const put = await rig.link('put', id, 'scoring_stdout')
    const send = async (url: string, method = 'PUT') =>
      (
        await fetch(url, {
          method,
          ...(method === 'PUT' ? { body: 'x', headers: { 'content-type': 'application/zip' } } : {}),
        })
      ).status
    expect(await send(put)).toBe(200)
    expect(await send(put.replace('signature=', 'signature=x'))).toBe(403)
    expect(await send(put.replace(`/${id}/`, `/${other}/`))).toBe(403)
    expect(await send(put.replace('scoring_stdout', 'scoring_result'))).toBe(403)
    expect(await send(put, 'GET')).toBe(403)
    expect(await send(put.replace(/expires=\d+/, 'expires=9999999999'))).toBe(403)
    expect((await rig.put(id, 'scoring_stdout', 'x'.repeat(100_001))).status).toBe(413)
    const get = await rig.link('get', id, 'prediction_result')
    rig.hub.tick(5 * 86_400 + 1)
    expect(await send(put)).toBe(403)
    expect(await send(get, 'GET')).toBe(403)
  })

  it('is shown live to whoever may see it, as inert text, and is gone when the run ends', async () => {
    for (const [of, isHidden] of [
      [rig, false],
      [hiding, true],
    ] as const) {
      const id = await running(of)
      const hostile = '<img src=x onerror=alert(1)>\u001b[2J\u202e'
      const frames = [
        JSON.stringify({ kind: 'ingestion', message: 'read 4 rows\n' }),
        JSON.stringify({ kind: 'scoring_program', message: hostile }),
      ]
      const version = async () => (await of.hub.organizer('GET', `/submissions/${id}/state`)).text
      const before = await version()
      expect(await of.print(await address(of, id), frames)).toBe(true)
      const page = await until(async () => {
        const { text } = await of.hub.organizer('GET', `/submissions/${id}`)
        return text.includes('read 4 rows') && text.includes('onerror') ? text : undefined
      })
      // An open page asks for this, and renews itself when it has changed.
      expect(await version()).not.toBe(before)
      expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
      for (const live of ['<img src=x', '\u001b', '\u202e']) expect(page).not.toContain(live)
      const theirs = (await of.hub.participant('GET', `/submissions/${id}`)).text
      expect(theirs.includes('read 4 rows')).toBe(!isHidden)
      await of.put(id, 'scoring_stdout', 'log')
      const details = await of.hub.participant('GET', `/api/submissions/${id}/get_details/`)
      expect(Details.parse(details.body).logs).toHaveLength(isHidden ? 0 : 1)
      await of.say(id, { status: 'Failed' })
      expect((await of.hub.organizer('GET', `/submissions/${id}`)).text).not.toContain('read 4 rows')
    }
  })

  it('comes by a socket that only the secret of the submission opens', async () => {
    const [id, other] = [await running(rig), await running(rig)]
    const right = await address(rig, id)
    expect(await rig.print({ ...right, secret: await rig.secret(other) }, [])).toBe(false)
    expect(await rig.print({ ...right, user: right.user + 1 }, [])).toBe(false)
    expect(await rig.print({ ...right, id: other }, [])).toBe(false)
    expect(await rig.print({ ...right, id: 999_999 }, [])).toBe(false)
    const elsewhere = await fetch(`${rig.hub.url}/submission_output/`, {
      headers: { connection: 'upgrade', upgrade: 'websocket' },
    }).catch(() => ({ status: 'refused' }))
    expect(elsewhere.status).not.toBe(101)
    expect(await rig.print(right, [])).toBe(true)
  })

  it('is taken also after a cancellation, since a worker that is refused would leave its container; and dropped', async () => {
    const id = await running(rig)
    const right = await address(rig, id)
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
    expect(await rig.print(right, [JSON.stringify({ kind: 'program', message: 'after the end' })])).toBe(true)
    expect((await rig.hub.organizer('GET', `/submissions/${id}`)).text).not.toContain('after the end')
  })

  it('is kept in the order in which it was printed, however fast', async () => {
    const id = await running(rig)
    const lines = Array.from({ length: 2000 }, (_, line) =>
      JSON.stringify({ kind: 'program', message: `line ${line} ${'-'.repeat(500)}\n` }),
    )
    expect(await rig.print(await address(rig, id), lines)).toBe(true)
    const page = await until(async () => {
      const { text } = await rig.hub.organizer('GET', `/submissions/${id}`)
      return text.includes('line 1999 ') ? text : undefined
    })
    const shown = [...page.matchAll(/line ([0-9]+) -/g)].map(([, line]) => Number(line))
    expect(shown.length).toBeGreaterThan(100)
    expect(shown).toEqual(shown.map((_, index) => 2000 - shown.length + index))
  })

  it('is not left open by the news that detailed results have changed, of which a run has thousands', async () => {
    const { user, id, secret } = await address(rig, await running(rig))
    const base = rig.hub.url.replace('http', 'ws')
    const socket = new WebSocket(`${base}/submission_input/${user}/${id}/${secret}/?kind=detailed_results`)
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.on('open', () => socket.send(JSON.stringify({ kind: 'detailed_result_update' })))
    expect(await closed).toBe(1005)
  })

  it('may be no log at all: it is dropped, and the socket goes on; too much at once ends it', async () => {
    const id = await running(rig)
    const right = await address(rig, id)
    const noise = ['no JSON', '[]', '{"kind":7}', '{"kind":"detailed_result_update"}', Buffer.from([1, 2, 3])]
    expect(
      await rig.print(right, [...noise, JSON.stringify({ kind: 'program', message: 'still here' })]),
    ).toBe(true)
    await until(async () => {
      const { text } = await rig.hub.organizer('GET', `/submissions/${id}`)
      return text.includes('still here') ? true : undefined
    })
    // The end of what is printed is kept, and no more than that.
    const long = JSON.stringify({ kind: 'program', message: `start${'y'.repeat(500_000)}the end` })
    expect(await rig.print(right, [long])).toBe(true)
    const page = await until(async () => {
      const { text } = await rig.hub.organizer('GET', `/submissions/${id}`)
      return text.includes('the end') ? text : undefined
    })
    expect(page).not.toContain('still here')
    expect(page.length).toBeLessThan(200_000)
    const tooLong = JSON.stringify({ kind: 'program', message: `${'z'.repeat(1_100_000)}too much` })
    await rig.print(right, [tooLong])
    expect((await rig.hub.organizer('GET', `/submissions/${id}`)).text).not.toContain('too much')
  })
})
