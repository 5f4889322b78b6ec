import { createHash, randomBytes } from 'node:crypto'
import { open, truncate } from 'node:fs/promises'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { CHUNK_BYTES, ChunkTally } from './chunk-list.ts'

async function changeByte(file: string, at: number): Promise<void> {
  const handle = await open(file, 'r+')
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at)
  await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at)
  await handle.close()
}

/** A desk with one hold of one large log, and somebody who reads it. */
async function deskWithLog(log: Buffer) {
  const rig = await DeskRig.start()
  const browser = await rig.signIn()
  const { id } = await rig.deposit({
    files: { 'scoring_output/scores.json': '{"auc": 0.5}', 'scoring_output/large.log': log },
  })
  const file = `/holds/${id}/files/0`
  return { rig, browser, file, read: async (query: string) => await browser.get(`${file}${query}`) }
}

const LINE = 'a line of text in the log\n'
const LOG = Buffer.from(LINE.repeat(Math.ceil((3.5 * CHUNK_BYTES) / LINE.length)))
const LINES = LOG.length / LINE.length

describe('parts of a large sealed file', () => {
  it('are listed the same way however the bytes arrive', async () => {
    const bytes = randomBytes(2 * CHUNK_BYTES + 5)
    const pieces = async function* (size: number) {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const listed = async (size: number) => {
      const tally = new ChunkTally()
      for await (const _ of tally.watch(pieces(size))) {
        // The tally has seen it.
      }
      return tally.finish()
    }
    const digests = (await listed(70_001)).map((chunk) => chunk.sha256)
    const expected = [0, 1, 2].map((at) => bytes.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES))
    expect(digests).toEqual(expected.map((chunk) => createHash('sha256').update(chunk).digest('hex')))
    expect(await listed(bytes.length)).toEqual(await listed(4096))
  })

  it('are found by byte and by line, first, last and across the borders of chunks', async () => {
    const { rig, browser, file, read } = await deskWithLog(LOG)
    await using _ = rig
    expect(await (await read('?as=text')).text()).toContain('from line 1<')
    const last = await (await read(`?as=text&to=${LOG.length}`)).text()
    expect(last).toContain(`id="L${LINES}"`)
    expect(last).toContain(`to ${LOG.length} of ${LOG.length}`)
    const line = Math.floor(CHUNK_BYTES / LINE.length) + 1
    const jump = await browser.get(`${file}/line?line=${line + 1}`)
    expect(jump.headers.get('location')).toBe(`${file}?as=text&offset=${line * LINE.length}#L${line + 1}`)
    const across = await (await read(`?as=text&offset=${(line - 1) * LINE.length}`)).text()
    expect(across).toContain(`id="L${line}"`)
    expect(across.match(/a line of text in the log/g)).toHaveLength(1000)
  })

  it('are shown without reading the rest, which may have been altered; an altered part is refused', async () => {
    const { rig, read } = await deskWithLog(LOG)
    await using _ = rig
    await changeByte(rig.blobFile(LOG), 2 * CHUNK_BYTES + 7)
    expect((await read('?as=text')).status).toBe(200)
    expect((await read(`?as=text&to=${LOG.length}`)).status).toBe(200)
    for (const as of ['text', 'hex']) {
      const refused = await read(`?as=${as}&offset=${2 * CHUNK_BYTES}`)
      expect(refused.status).toBe(409)
      expect(await refused.text()).toContain('is not what was sealed')
    }
    await truncate(rig.blobFile(LOG), LOG.length - 1)
    expect((await read('?as=text')).status).toBe(409)
  })

  it('are listed at the first look where nobody listed them, only if the whole is what was sealed', async () => {
    const { rig, read } = await deskWithLog(LOG)
    await using _ = rig
    const count = async () => {
      const records = await openRecords<DeskTables>(`${rig.dataFolder}/records.db`)
      const rows = await records.db.selectFrom('vault_chunks').selectAll().execute()
      await records.close()
      return rows.length
    }
    expect(await count()).toBe(1)
    await rig.changeRecords('delete from vault_chunks', [])
    await changeByte(rig.blobFile(LOG), LOG.length - 1)
    expect((await read('?as=text')).status).toBe(409)
    expect(await count()).toBe(0)
    await changeByte(rig.blobFile(LOG), LOG.length - 1)
    expect((await read('?as=text')).status).toBe(200)
    expect(await count()).toBe(1)
  })

  it('are forgotten with the file', async () => {
    const { rig } = await deskWithLog(LOG)
    await using _ = rig
    const { id } = (await rig.list('waiting')).holds[0] ?? { id: '' }
    await rig.reject(id)
    await rig.untilState(id, 'closed')
    rig.passTime(3 * 24 * 3600)
    const records = await openRecords<DeskTables>(`${rig.dataFolder}/records.db`)
    await expect
      .poll(async () => (await records.db.selectFrom('vault_chunks').selectAll().execute()).length, {
        timeout: 60_000,
      })
      .toBe(0)
    await records.close()
  })
})
