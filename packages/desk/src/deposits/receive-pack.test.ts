import { PACKS_PATH } from '@scoregate/protocol/deposit'
import { packHeader } from '@scoregate/protocol/pack'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN, sha256Of } from '../deposit-rig.ts'
import { DeskRig } from '../desk-rig.ts'

/** A pack of texts; `claimed` stands in it in place of the digest of the first. */
function packOf(texts: readonly string[], claimed?: string): Buffer {
  return Buffer.concat(
    texts.flatMap((text, index) => {
      const bytes = Buffer.from(text)
      return [packHeader(sha256Of(index === 0 ? (claimed ?? text) : text), bytes.byteLength), bytes]
    }),
  )
}

async function send(rig: DeskRig, pack: Buffer): Promise<Response> {
  return fetch(`${rig.url}${PACKS_PATH}`, {
    method: 'POST',
    headers: { authorization: 'Bearer worker-token-of-the-test' },
    body: new Uint8Array(pack),
  })
}

describe('a pack of small files', () => {
  it('brings all files of a deposit at once', async () => {
    await using rig = await DeskRig.start()
    expect((await send(rig, packOf(Object.values(HONEST_RUN).map(String)))).status).toBe(201)
    expect((await rig.postDeposit(rig.makeDeposit())).status).toBe(201)
    // Control: without the pack the same deposit is refused.
    await using other = await DeskRig.start()
    expect((await other.postDeposit(other.makeDeposit())).status).toBe(409)
  })

  it('of thousands of files is stored, each under its digest, and sent again changes nothing', async () => {
    await using rig = await DeskRig.start()
    const texts = Array.from({ length: 2500 }, (_, count) => `file ${count}`)
    for (let time = 0; time < 2; time += 1) {
      expect((await send(rig, packOf(texts))).status).toBe(201)
      expect(await rig.blobCount()).toBe(texts.length)
    }
    const files = Object.fromEntries(texts.map((text, count) => [`predictions/${count}`, text]))
    expect((await rig.postDeposit(rig.makeDeposit({ files }))).status).toBe(201)
  })

  it('with other bytes than a digest says is refused, and those are not stored', async () => {
    await using rig = await DeskRig.start()
    const answer = await send(rig, packOf(['altered'], 'as it was sealed'))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'digest-differs' })
    expect(await rig.blobCount()).toBe(0)
  })

  it('that is cut off is refused', async () => {
    await using rig = await DeskRig.start()
    const answer = await send(rig, packOf(['whole', 'cut off']).subarray(0, -1))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'broken-pack' })
  })

  it('larger than anything a run may write is refused', async () => {
    await using rig = await DeskRig.start({
      policy: 'version: 1\nsite: Small\nlimits: { output: 1KiB, log: 1KiB, output_files: 1 }\n',
    })
    const texts = Array.from({ length: 60 }, (_, count) => `${count}`.repeat(500))
    expect((await send(rig, packOf(texts))).status).toBe(413)
  })
})
