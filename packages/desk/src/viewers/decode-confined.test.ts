import { deflateSync } from 'node:zlib'
import { encode } from 'jpeg-js'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import { decodeConfined } from './decode-confined.ts'
import { pictureParts } from './picture-parts.ts'

/** A grey PNG with whatever chunks a test wants beside its pixels; checksums are of no use to an attacker. */
function makePng(width: number, height: number, beside: [string, string][] = []): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(name, 'latin1'), data, Buffer.alloc(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const pixels = deflateSync(Buffer.alloc((Math.min(width, 100) + 1) * Math.min(height, 100), 0))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...beside.map(([name, text]) => chunk(name, Buffer.from(text, 'latin1'))),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.of()),
  ])
}

describe('a picture of a run', () => {
  it('is drawn anew: its pixels and nothing else of the file', async () => {
    const png = await decodeConfined('png', makePng(20, 10, [['tEXt', 'PLANTED-TEXT']]))
    expect(png?.toString('latin1')).not.toContain('PLANTED')
    expect([png?.readUInt32BE(16), png?.readUInt32BE(20)]).toEqual([20, 10])
    const { data } = encode({ width: 8, height: 8, data: Buffer.alloc(256, 200) }, 90)
    expect((await decodeConfined('jpeg', Buffer.from(data)))?.subarray(1, 4).toString()).toBe('PNG')
  })

  it('that cannot be decoded is none, whatever is wrong with it', async () => {
    const broken = [
      Buffer.from('GIF89a'),
      makePng(20, 10).subarray(0, 50),
      makePng(2 ** 31, 2 ** 31),
      Buffer.of(),
    ]
    for (const bytes of broken) expect(await decodeConfined('png', bytes)).toBeUndefined()
    expect(await decodeConfined('jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 0]))).toBeUndefined()
  })

  it('tells what is in its file beside the pixels, byte by byte and to the end', () => {
    const png = Buffer.concat([
      makePng(2, 2, [
        ['tEXt', 'a'],
        ['eXIf', 'b'],
      ]),
      Buffer.from('<script>'),
    ])
    const parts = pictureParts(png, 'png')
    expect(parts.filter(({ isDrawn }) => !isDrawn).map(({ name }) => name)).toEqual([
      'tEXt',
      'eXIf',
      'after the end',
    ])
    const { data } = encode({ width: 8, height: 8, data: Buffer.alloc(256, 200) }, 90)
    const comment = Buffer.from([0xff, 0xfe, 0, 6, 65, 66, 67, 68])
    const jpeg = Buffer.concat([data.subarray(0, 2), comment, data.subarray(2), Buffer.from('tail')])
    const found = pictureParts(jpeg, 'jpeg')
    expect(found.filter(({ isDrawn }) => !isDrawn).map(({ name }) => name)).toEqual([
      'comment',
      'APP0',
      'after the end',
    ])
    for (const [list, file] of [
      [parts, png],
      [found, jpeg],
    ] as const) {
      expect(list.at(-1)?.to).toBe(file.length)
      for (const [at, part] of list.entries()) expect(part.from).toBe(list[at - 1]?.to ?? 0)
    }
  })

  it('is served as a PNG that is nothing else, and counts as seen but for what is not drawn', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit({
      files: {
        'scoring_output/scores.json': '{"auc": 0.5}',
        'scoring_output/plot.html': makePng(20, 10, [['tEXt', 'PLANTED-TEXT']]),
        'scoring_output/clean.bin': makePng(20, 10),
        'scoring_output/huge.png': makePng(60_000, 60_000),
      },
    })
    const { files } = await rig.show(id)
    const open = async (name: string, rest = '') =>
      browser.get(`/holds/${id}/files/${files.find(({ path }) => path === name)?.number}${rest}`)
    const page = await (await open('plot.html')).text()
    expect(page).toContain('There is more in this file than its pixels')
    expect(page).not.toContain('all of it')
    expect(await (await open('clean.bin')).text()).toContain('all of it')
    expect(await (await open('huge.png')).text()).toContain('claims too many pixels')
    expect((await open('huge.png', '/picture.png')).status).toBe(404)
    const served = await open('plot.html', '/picture.png')
    expect(served.headers.get('content-type')).toBe('image/png')
    expect(served.headers.get('x-content-type-options')).toBe('nosniff')
    expect(served.headers.get('content-security-policy')).toContain('sandbox')
    expect(await served.text()).not.toContain('PLANTED')
  })
})
