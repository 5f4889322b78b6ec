import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activeHtml } from './active-html.ts'
import { findingsIn } from './check-rig.ts'
import { encodedData } from './encoded-data.ts'
import type { FileCheck } from './file-check.ts'
import { fileTypes } from './file-types.ts'
import type { Finding } from './finding.ts'
import { imageMetadata } from './image-metadata.ts'
import { nestedArchive } from './nested-archive.ts'
import { personalData } from './personal-data.ts'
import { smallCounts } from './small-counts.ts'
import { textVolume } from './text-volume.ts'

const ALL: readonly FileCheck[] = [
  activeHtml(),
  encodedData(),
  fileTypes(),
  imageMetadata(),
  nestedArchive(),
  personalData(),
  smallCounts(),
  textVolume(),
]

function words(findings: readonly Finding[]): string[] {
  return findings.map(({ what }) => what)
}

/** A PNG of one point, with these chunks before its end. */
function png(...chunks: readonly Buffer[]): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 0]))),
    ...chunks,
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** The checksum is left at zero: nobody who looks for metadata reads it. */
function pngChunk(name: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(name, 'latin1'), data, Buffer.alloc(4)])
}

describe('an honest log', () => {
  it('has no findings', async () => {
    const log = [
      'Loading /app/input_data/patients.csv: 1000 rows, 14 columns',
      '2026-11-24 10:15:02,113 INFO epoch 3/10 loss=0.4821 auc=0.8123 (12.3 s)',
      'commit 3f2c9a1, seed 42, torch 2.4.1+cpu',
      'Traceback: none. Wrote /app/output/scores.json',
      '0.8125 0.1034 0.55555 0.12345',
    ].join('\n')
    expect(await findingsIn('log.txt', log, ALL)).toEqual([])
  })
})

describe('encoded data', () => {
  it('is found as base64, hexadecimal, invisible characters and blanks', async () => {
    const secret = randomBytes(60)
    const found = async (text: string) => words(await findingsIn('log.txt', text, [encodedData()]))
    expect(await found(`x ${secret.toString('base64')} y`)).toEqual(['A long run that looks like base64.'])
    expect(await found(`${secret.toString('hex')}\n${secret.toString('hex')}`)).toEqual([
      '2 long runs of hexadecimal digits.',
    ])
    expect(await found(secret.toString('hex').replaceAll(/(..)/g, '$1 '))).toEqual([
      'A long run of hexadecimal digits.',
    ])
    expect(await found('a\u200bb\u2060c\ufe01')).toEqual(['3 invisible characters.'])
    expect(await found(`ok \t \t  \t \t\nnext`)).toEqual(['A line ends in many blanks.'])
  })

  it('does not see data in long words, paths and separators', async () => {
    const text = `${'='.repeat(200)}\n/app/output/${'very_long_folder_name/'.repeat(6)}file\n${'a'.repeat(100)}`
    expect(await findingsIn('log.txt', text, [encodedData()])).toEqual([])
  })
})

describe('personal data', () => {
  it.each([
    ['An e-mail address.', 'contact jane.doe@hospital.example now'],
    ['A telephone number.', 'call +33 1 23 45 67 89'],
    ['A telephone number.', 'call (212) 555-0187'],
    ['A number in the form of a social security number.', 'ssn 123-45-6789'],
    ['A number in the form of an NHS number.', 'nhs 943 476 5919'],
    ['A number in the form of a French social security number (NIR).', 'nir 2 55 08 14 168 025 38'],
    ['A bank account number (IBAN).', 'iban GB82 WEST 1234 5698 7654 32'],
    ['A number in the form of a payment card number.', 'card 4111 1111 1111 1111'],
    ['A date of birth.', 'date of birth: 1961-04-17'],
    ['A place by its coordinates.', 'lat=48.85837'],
  ])('finds %s', async (what, text) => {
    const findings = await findingsIn('log.txt', text, [personalData()])
    expect(words(findings)).toContain(what)
    expect(findings.every(({ rank }) => rank === 'critical')).toBe(true)
    // The finding says where to look, and repeats nobody's data.
    expect(findings.every(({ sample }) => sample === undefined)).toBe(true)
  })

  it.each([
    'mean 0.12345, 0.67891',
    '2026-11-24 10:15:02',
    'order 943 476 5918',
    'id 4111 1111 1111 1112',
    'version 1.2.3.4',
    'GB00 WEST 1234 5698 7654 32',
  ])('does not see any in "%s"', async (text) => {
    expect(await findingsIn('log.txt', text, [personalData()])).toEqual([])
  })

  it('counts, and tells the first line', async () => {
    const text = `header\n${'a@example.org\n'.repeat(1000)}`
    const [finding] = await findingsIn('log.txt', text, [personalData()])
    expect(finding).toMatchObject({ what: '1000 e-mail addresses.', count: 1000, place: { line: 2 } })
  })
})

describe('small counts', () => {
  it('are found in tables by their heading, and in text by their word', async () => {
    const table = 'group,n,mean\nA,120,0.5\nB,3,0.7\nC,0,0\nD,9,0.1\n'
    expect(await findingsIn('table.csv', table, [smallCounts()])).toMatchObject([
      { what: '2 counts below 10.', sample: 'n = 3', place: { line: 3 } },
    ])
    expect(words(await findingsIn('log.txt', 'subgroup rare: patients=4', [smallCounts()]))).toEqual([
      'A count below 10.',
    ])
    expect(words(await findingsIn('m.json', '{"support": 7}', [smallCounts()]))).toEqual([
      'A count below 10.',
    ])
  })

  it('are not seen where nothing is counted, or enough is', async () => {
    expect(await findingsIn('table.csv', 'epoch,loss\n1,3\n2,2\n', [smallCounts()])).toEqual([])
    expect(await findingsIn('table.csv', 'group,n\nA,10\n', [smallCounts()])).toEqual([])
    expect(await findingsIn('table.csv', 'group,n\nA,10\n', [smallCounts(11)])).toHaveLength(1)
  })
})

describe('active HTML', () => {
  it.each([
    ['script', '<script>alert(1)</script>'],
    ['script', '<img src=x onerror=alert(1)>'],
    ['script', '<a href="javascript:x()">'],
    ['content from another place', '<img src="https://evil.example/x">'],
    ['content from another place', '<img\nsrc\n=\n"//evil.example/x">'],
    ['content from another place', '<div style="background:url(http://evil.example)">'],
    ['content from another place', '<style>@import "x"</style>'],
    ['a link to another place', '<a href="https://evil.example">'],
    ['a frame, an object or a form', '<form action=x>'],
    ['a page that sends its reader elsewhere', '<meta http-equiv=refresh content="0;url=x">'],
  ])('is found: %s', async (what, html) => {
    expect(words(await findingsIn('detailed_results.html', html, [activeHtml()])).join()).toContain(what)
  })

  it('is not seen in a plain page, or in a log that talks of it', async () => {
    const page =
      '<html><style>td{color:red}</style><table><tr><td>0.8</td></tr></table><img src="data:image/png;base64,AA">'
    expect(await findingsIn('detailed_results.html', page, [activeHtml()])).toEqual([])
    expect(await findingsIn('log.txt', '<script>', [activeHtml()])).toEqual([])
  })
})

describe('files', () => {
  it('of kinds that are not allowed, or under false names, are found', async () => {
    expect(words(await findingsIn('model.pkl', Buffer.from([0x80, 4, 0x95, 0]), [fileTypes()]))).toEqual([
      'A file of a kind that is not allowed: pickle.',
    ])
    expect(words(await findingsIn('notes.txt', Buffer.from('PK\x03\x04rest'), [fileTypes()]))).toEqual([
      'A file of a kind that is not allowed: zip.',
      'The name does not fit what is in it: zip.',
    ])
    expect(words(await findingsIn('plot.png', 'just text', [fileTypes()]))).toEqual([
      'The name does not fit what is in it: text.',
    ])
    expect(await findingsIn('plot.png', png(), [fileTypes()])).toEqual([])
  })

  it('that are archives, or hide one, are found', async () => {
    expect(await findingsIn('a.gz', Buffer.from([0x1f, 0x8b, 8]), [nestedArchive()])).toHaveLength(1)
    const hidden = Buffer.concat([png(), Buffer.from('PK\x03\x04')])
    expect(await findingsIn('plot.png', hidden, [nestedArchive()])).toMatchObject([
      { place: { offset: png().length } },
    ])
    expect(await findingsIn('plot.png', png(), [nestedArchive()])).toEqual([])
  })

  it('that are longer than people read are told', async () => {
    expect(await findingsIn('log.txt', 'x\n'.repeat(40_000), [textVolume()])).toHaveLength(1)
    expect(await findingsIn('log.txt', 'x\n'.repeat(100), [textVolume()])).toEqual([])
  })
})

describe('image metadata', () => {
  it('is found in PNG: text, and what follows the end', async () => {
    const withText = png(pngChunk('tEXt', Buffer.from('Comment\0labels')))
    expect(words(await findingsIn('plot.png', withText, [imageMetadata()]))).toEqual([
      'The image has a part that is no picture (text, EXIF).',
    ])
    expect(
      words(await findingsIn('plot.png', Buffer.concat([png(), Buffer.from('labels')]), [imageMetadata()])),
    ).toEqual(['More bytes follow where the image ends.'])
    expect(await findingsIn('plot.png', png(), [imageMetadata()])).toEqual([])
  })

  it('is found in GIF: comments and foreign data; how a moving one is repeated is none', async () => {
    const [start, frame] = [
      Buffer.from('GIF89a\x01\0\x01\0\x80\0\0abcdef', 'latin1'),
      Buffer.from(',\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0', 'latin1'),
    ]
    const repeats = Buffer.from('!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1')
    const foreign = Buffer.from('!\xff\x0bXMP DataXMP\x04abcd\0', 'latin1')
    const comment = Buffer.from('!\xfe\x03abc\0', 'latin1')
    const end = Buffer.from(';')
    const clean = Buffer.concat([start, repeats, frame, frame, end])
    expect(await findingsIn('plot.gif', clean, [imageMetadata()])).toEqual([])
    const full = Buffer.concat([start, comment, repeats, frame, foreign, end, end])
    expect(words(await findingsIn('plot.gif', full, [imageMetadata()]))).toEqual([
      'The image has 2 parts that are no picture (text, EXIF).',
      'More bytes follow where the image ends.',
    ])
  })

  it('is found in WebP: EXIF and what follows the end', async () => {
    const webp = (...chunks: [name: string, data: string][]) => {
      const body = Buffer.concat(
        chunks.map(([name, data]) => {
          const size = Buffer.alloc(4)
          size.writeUInt32LE(data.length)
          return Buffer.concat([Buffer.from(name), size, Buffer.from(data)])
        }),
      )
      const size = Buffer.alloc(4)
      size.writeUInt32LE(body.length + 4)
      return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WEBP'), body])
    }
    expect(await findingsIn('a.webp', webp(['VP8L', 'abcd']), [imageMetadata()])).toEqual([])
    const full = Buffer.concat([
      webp(['VP8X', 'abcdefghij'], ['VP8 ', 'ab'], ['EXIF', 'cd']),
      Buffer.from('x'),
    ])
    expect(words(await findingsIn('a.webp', full, [imageMetadata()]))).toEqual([
      'The image has a part that is no picture (text, EXIF).',
      'More bytes follow where the image ends.',
    ])
  })

  it('is found in JPEG: EXIF and comments', async () => {
    const segment = (marker: number, text: string) =>
      Buffer.concat([Buffer.from([0xff, marker, 0, text.length + 2]), Buffer.from(text)])
    const start = Buffer.from([0xff, 0xd8])
    const scan = Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3])
    const jpeg = (...segments: Buffer[]) => Buffer.concat([start, ...segments, scan])
    const found = (bytes: Buffer) => findingsIn('photo.jpg', bytes, [imageMetadata()])
    expect(
      await found(jpeg(segment(0xe0, 'JFIF'), segment(0xe1, 'Exif'), segment(0xfe, 'note'))),
    ).toMatchObject([{ what: 'The image has 2 parts that are no picture (text, EXIF).' }])
    expect(await found(jpeg(segment(0xe0, 'JFIF'), segment(0xdb, 'tables')))).toEqual([])
  })
})

describe('every check', () => {
  it('finds the same however the file is cut into chunks', async () => {
    const texts = [
      `a@example.org ${randomBytes(60).toString('base64')}\nn=3 \u200b\n<script src=//evil>\n`,
      png(pngChunk('tEXt', Buffer.from('x'))),
      Buffer.concat([png(), Buffer.from('PK\x03\x04')]),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.integer({ min: 1, max: 50 }),
        async (content, chunkBytes) => {
          for (const path of ['a.html', 'plot.png', 'photo.jpg', 'table.csv']) {
            expect(await findingsIn(path, content, ALL, chunkBytes)).toEqual(
              await findingsIn(path, content, ALL),
            )
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('never throws, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5000 }),
        fc.constantFrom('a.html', 'a.png', 'a.jpg', 'a.csv'),
        async (bytes, path) => {
          const findings = await findingsIn(path, Buffer.from(bytes), ALL, 97)
          expect(findings.filter(({ what }) => what.includes('check failed'))).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })

  it('that crashes is a finding of the highest rank, and the others go on', async () => {
    const broken: FileCheck = {
      name: 'file-types',
      begin: () => ({
        take: () => {
          throw new Error('broken')
        },
        end: () => [],
      }),
    }
    expect(await findingsIn('log.txt', 'a@example.org', [broken, personalData()])).toMatchObject([
      { check: 'file-types', rank: 'critical' },
      { check: 'personal-data' },
    ])
  })
})
