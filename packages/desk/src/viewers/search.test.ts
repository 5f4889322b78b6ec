import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import { until } from '../until-rig.ts'
import { CHUNK_BYTES } from '../vault/chunk-list.ts'

describe('search inside a file', () => {
  it('finds words as they are, across the borders of chunks, and leads to their lines', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const start = 'x\n'.repeat((CHUNK_BYTES - 4) / 2)
    const log = `${start}NEEDLE.* here\n${'y\n'.repeat(CHUNK_BYTES)}<b>NEEDLE.*\u202e\nNEEDLEabc\n`
    const { id } = await rig.deposit({
      files: { 'scoring_output/scores.json': '{"auc": 0.5}', 'scoring_output/large.log': log },
    })
    const search = (words: string) =>
      until('the search to end', async () => {
        const answer = await browser.get(`/holds/${id}/files/0/search?words=${encodeURIComponent(words)}`)
        const page = await answer.text()
        return answer.headers.get('refresh') === null ? page : undefined
      })
    const page = await search('NEEDLE.*')
    expect(page).toContain('Found in 2 places')
    const lines = [start.length / 2 + 1, start.length / 2 + 1 + CHUNK_BYTES + 1]
    for (const line of lines) expect(page).toContain(`>Line ${line}</a>`)
    expect(page).toContain('&lt;b&gt;NEEDLE.*')
    expect(page).toContain('\\u{202e}')
    const link = /href="([^"]+)">Line/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(link).toContain(`#L${lines[0]}`)
    expect(await (await browser.get(link)).text()).toContain(`id="L${lines[0]}"`)
    expect(await search('x\ny')).toContain('Not found in this file.')
    expect(await search('(x+x+)+y')).toContain('Not found in this file.')
    expect(await search('y')).toContain('Stopped after 500 places')
    expect((await browser.get(`/holds/${id}/files/0/search?words=`)).status).toBe(400)
  })
})
