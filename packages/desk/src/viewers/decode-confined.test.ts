import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { deflateSync, inflateSync } from 'node:zlib'
import { encode } from 'jpeg-js'
import { describe, expect, it } from 'vitest'
import { DeskRig } from '../desk-rig.ts'
import { decodeConfined } from './decode-confined.ts'
import { pictureParts, pictureSize } from './picture-parts.ts'
import { runConfined } from './run-confined.ts'

/** A WebP of 16 by 8 points, lossless, and one with a colour and half of its light. */
const WEBP = Buffer.from('UklGRh4AAABXRUJQVlA4TBEAAAAvD8ABEAdQ5CIXuciBiOh/AAA=', 'base64')
const WEBP_ALPHA = Buffer.from(
  'UklGRkgAAABXRUJQVlA4WAoAAAAQAAAADwAABwAAQUxQSAoAAAABB1DkiAhERP8DVlA4IBgAAAAwAQCdASoQAAgAAgA0JaQAA3AA/vRmAAA=',
  'base64',
)
/** A GIF of two frames of one point, a red and a blue one, that are repeated for ever. */
const GIF_START = Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\x00\x00\x00\x00\xff', 'latin1')
const GIF_REPEATS = Buffer.from('!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00', 'latin1')
const gifFrame = (colour: 0 | 1) =>
  Buffer.from(`,\0\0\0\0\x01\0\x01\0\0\x02\x02${colour === 0 ? 'D' : 'L'}\x01\0`, 'latin1')
const GIF = Buffer.concat([GIF_START, GIF_REPEATS, gifFrame(0), gifFrame(1), Buffer.from(';')])

const PROBE = fileURLToPath(new URL('./probe-program-rig.cjs', import.meta.url))

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

  it('is drawn anew also from GIF and WebP, every frame of a GIF below the one before it', async () => {
    const gif = await decodeConfined('gif', GIF)
    expect([gif?.readUInt32BE(16), gif?.readUInt32BE(20)]).toEqual([1, 2])
    // The two points in their rows, each row after its filter: red and blue.
    const pixels = inflateSync(gif?.subarray(41, (gif?.readUInt32BE(33) ?? 0) + 41) ?? Buffer.of())
    expect(pixels.includes(Buffer.from([255, 0, 0, 255]))).toBe(true)
    for (const webp of [WEBP, WEBP_ALPHA]) {
      const png = await decodeConfined('webp', webp)
      expect([png?.readUInt32BE(16), png?.readUInt32BE(20)]).toEqual([16, 8])
    }
    expect(pictureSize(GIF, 'gif')).toEqual({ width: 1, height: 2 })
    expect(pictureSize(WEBP, 'webp')).toEqual({ width: 16, height: 8 })
    expect(pictureSize(WEBP_ALPHA, 'webp')).toEqual({ width: 16, height: 8 })
  })

  it('is decoded where nothing can be reached, read, written or started; without that, each can be', async () => {
    const listener = createServer()
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const address = listener.address()
    const port = typeof address === 'object' ? `${address?.port}` : ''
    const probe = { program: PROBE, readable: [], parameters: [port], input: Buffer.from('x') }
    expect(String(await runConfined(probe))).toBe('could: ')
    // Node's own permission model knows of no network: this is what the namespace is for.
    expect(String(await runConfined({ ...probe, cutOff: [] }))).toBe('could: connect')
    expect(execFileSync(process.execPath, [PROBE, port], { input: 'x' }).toString()).toBe(
      'could: connect read write start',
    )
    expect(await runConfined({ ...probe, cutOff: ['/not/here'] })).toBeUndefined()
    listener.close()
  })

  it('that cannot be decoded is none, whatever is wrong with it', async () => {
    const broken = [
      Buffer.from('GIF89a'),
      makePng(20, 10).subarray(0, 50),
      makePng(2 ** 31, 2 ** 31),
      Buffer.of(),
    ]
    for (const bytes of broken) expect(await decodeConfined('png', bytes)).toBeUndefined()
    for (const bytes of [GIF.subarray(0, 40), GIF_START, Buffer.from('GIF89a')])
      expect(await decodeConfined('gif', bytes)).toBeUndefined()
    for (const bytes of [WEBP.subarray(0, 30), Buffer.from('RIFF    WEBP')])
      expect(await decodeConfined('webp', bytes)).toBeUndefined()
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
    const gif = Buffer.concat([
      GIF_START,
      GIF_REPEATS,
      Buffer.from('!\xfe\x05words\0', 'latin1'),
      gifFrame(0),
      Buffer.from('!\xff\x0bNETSCAPE2.0\x03\x01\0\0\x01x\0', 'latin1'),
      Buffer.from(';tail'),
    ])
    const inGif = pictureParts(gif, 'gif')
    expect(inGif.filter(({ isDrawn }) => !isDrawn).map(({ name }) => name)).toEqual([
      'comment',
      'application data',
      'after the end',
    ])
    const exif = Buffer.from('EXIF\x04\0\0\0abcd', 'latin1')
    const webp = Buffer.concat([WEBP, exif, WEBP.subarray(12), Buffer.from('tail')])
    webp.writeUInt32LE(WEBP.length - 8 + exif.length + WEBP.length - 12, 4)
    const inWebp = pictureParts(webp, 'webp')
    expect(inWebp.filter(({ isDrawn }) => !isDrawn).map(({ name }) => name)).toEqual([
      'EXIF',
      'VP8L',
      'after the end',
    ])
    for (const [list, file] of [
      [inGif, gif],
      [inWebp, webp],
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
