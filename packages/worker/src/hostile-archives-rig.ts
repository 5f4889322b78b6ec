import { type HostileFile, hostileZip, zip64Extra } from './hostile-zip-rig.ts'

/** A file of one byte, but for what is given. */
export const file = (name: string | Buffer, more: Partial<HostileFile> = {}): HostileFile => ({
  name,
  bytes: 'x',
  ...more,
})
/** Zeros, which pack a thousandfold. */
export const zeros = (bytes: number) => Buffer.alloc(bytes)
/** A file that is packed. */
export const deflated = (name: string, bytes: Buffer): HostileFile => ({ name, bytes, method: 'deflated' })
/** A mebibyte of zeros packs a thousandfold, and is small enough to be allowed alone. */
const DENSE = zeros(2 ** 20)
/** A dense archive, to put into another. */
export const INNER = hostileZip([deflated('zeros', DENSE)])

/** Every archive, and the whole sentence that refuses it. */
export const CORPUS: readonly [string, () => Buffer, string][] = [
  [
    'names that climb',
    () => hostileZip([file('../evil')]),
    'the name "../evil" in it does not stay in its folder',
  ],
  [
    'names that climb later',
    () => hostileZip([file('a/../../evil')]),
    'the name "a/../../evil" in it does not stay in its folder',
  ],
  [
    'names with a step to nowhere',
    () => hostileZip([file('a/./evil')]),
    'the name "a/./evil" in it does not stay in its folder',
  ],
  ['an empty name', () => hostileZip([file('')]), 'the name "" in it does not stay in its folder'],
  ['an absolute name', () => hostileZip([file('/etc/evil')]), 'the name "/etc/evil" in it is absolute'],
  ['the name of a drive', () => hostileZip([file('C:evil')]), 'the name "C:evil" in it is absolute'],
  ['a backslash', () => hostileZip([file('..\\evil')]), 'the name "..\\\\evil" in it has a backslash'],
  [
    'a NUL in a name',
    () => hostileZip([file('evil\0.txt')]),
    'the name "evil\\u0000.txt" in it has control characters',
  ],
  [
    'an escape for a terminal in a name',
    () => hostileZip([file('\u001b[2Jevil')]),
    'the name "\\u001b[2Jevil" in it has control characters',
  ],
  [
    'a name that is no Unicode',
    () => hostileZip([file(Buffer.from([0x61, 0xff]))]),
    'the name "a\\ufffd" in it is not written in Unicode',
  ],
  [
    'a long name',
    () => hostileZip([file('x'.repeat(256))]),
    `the name "${'x'.repeat(199)} in it is too long`,
  ],
  [
    'folders without end',
    () => hostileZip([file(`${'a/'.repeat(40)}evil`)]),
    `the name "${'a/'.repeat(40)}evil" in it is too long`,
  ],
  ['a name twice', () => hostileZip([file('a'), file('a')]), 'the name "a" is in it twice'],
  [
    'twins by case',
    () => hostileZip([file('a.txt'), file('A.TXT')]),
    'the names "a.txt" and "A.TXT" in it are the same on some systems',
  ],
  [
    'twins by an odd case',
    () => hostileZip([file('stra\u00dfe'), file('STRASSE')]),
    'the names "stra\\u00dfe" and "STRASSE" in it are the same on some systems',
  ],
  [
    'twins by accents',
    () => hostileZip([file('\u00e9'), file('e\u0301')]),
    'the names "\\u00e9" and "e\\u0301" in it are the same on some systems',
  ],
  [
    'twins by a letter that nobody sees',
    () => hostileZip([file('ab'), file('a\u200bb')]),
    'the names "ab" and "a\\u200bb" in it are the same on some systems',
  ],
  [
    'twins by a dot at the end',
    () => hostileZip([file('a'), file('a.')]),
    'the names "a" and "a." in it are the same on some systems',
  ],
  [
    'twin folders',
    () => hostileZip([file('a/x'), file('A/y')]),
    'the names "a" and "A" in it are the same on some systems',
  ],
  [
    'a file where a folder is needed',
    () => hostileZip([file('a'), file('a/b')]),
    'the name "a" is in it twice',
  ],
  [
    'a symbolic link',
    () => hostileZip([file('a', { bytes: '/etc/passwd', mode: 0o120777 })]),
    'it has a link or a device in it',
  ],
  ['a device', () => hostileZip([file('a', { mode: 0o020666 })]), 'it has a link or a device in it'],
  ['a pipe', () => hostileZip([file('a', { mode: 0o010666 })]), 'it has a link or a device in it'],
  ['a socket', () => hostileZip([file('a', { mode: 0o140666 })]), 'it has a link or a device in it'],
  [
    'a folder under the name of a file',
    () => hostileZip([file('a', { bytes: '', mode: 0o040755 })]),
    'a folder in it has the name of a file',
  ],
  ['a folder with content', () => hostileZip([file('a/', { mode: 0o040755 })]), 'a folder in it has content'],
  [
    'a file that is encrypted',
    () => hostileZip([file('a', { listed: { flags: 0x0801 }, local: { flags: 0x0801 } })]),
    'it is encrypted',
  ],
  [
    'a file whose place alone says that it is encrypted',
    () => hostileZip([file('a', { local: { flags: 0x0801 } })]),
    'what stands before a file is not what its list of contents says',
  ],
  [
    'a list that is encrypted',
    () => hostileZip([file('a', { listed: { flags: 0x2800 } })]),
    'it is encrypted',
  ],
  [
    'an unknown way of packing',
    () => hostileZip([file('a', { listed: { method: 14 }, local: { method: 14 } })]),
    'a file in it is packed in a way that this worker does not know',
  ],
  [
    'a bomb in one file',
    () => hostileZip([deflated('a', zeros(11 * 2 ** 20))]),
    'a file in it is packed more than 200 times',
  ],
  [
    'a bomb in many files',
    () => hostileZip(Array.from({ length: 12 }, (_, index) => deflated(`${index}`, DENSE))),
    'all in it together is packed more than 200 times',
  ],
  [
    'too much in all',
    () =>
      hostileZip([
        file('a', { bytes: Buffer.alloc(900, 'x') }),
        file('b', { bytes: Buffer.alloc(200, 'x') }),
      ]),
    'unpacked it is larger than the 1000 bytes that the policy allows',
  ],
  [
    'files that share their bytes',
    () =>
      hostileZip([
        file('a', { bytes: 'core' }),
        file('b', { bytes: 'core', listedOnly: true, listed: { offset: 0 } }),
      ]),
    'two files in it share the same bytes',
  ],
  ['files of which one lies in the other', () => nestedOverlap(), 'two files in it share the same bytes'],
  [
    'a file that reaches into the list',
    () =>
      hostileZip([file('a', { listed: { packed: 60, unpacked: 60 }, local: { packed: 60, unpacked: 60 } })]),
    'a file in it reaches beyond the place for files',
  ],
  [
    'a file beyond the end',
    () => hostileZip([file('a'), file('b', { listed: { offset: 0x7fffffff } })]),
    'a file in it reaches beyond the place for files',
  ],
  [
    'a size that is too small',
    () =>
      hostileZip([
        { ...deflated('a', Buffer.from('hello hello')), listed: { unpacked: 3 }, local: { unpacked: 3 } },
      ]),
    'a file in it is larger than it says',
  ],
  [
    'a size that is too large',
    () =>
      hostileZip([
        { ...deflated('a', Buffer.from('hello hello')), listed: { unpacked: 30 }, local: { unpacked: 30 } },
      ]),
    'a file in it is smaller than it says',
  ],
  [
    'two sizes of one stored file',
    () => hostileZip([file('a', { listed: { unpacked: 5 } })]),
    'a file in it is not packed, and yet has another size when unpacked',
  ],
  [
    'a wrong checksum',
    () => hostileZip([file('a', { listed: { crc: 1 }, local: { crc: 1 } })]),
    'a file in it has other bytes than its checksum says',
  ],
  [
    'two checksums',
    () => hostileZip([file('a', { local: { crc: 1 } })]),
    'what stands before a file is not what its list of contents says',
  ],
  [
    'two names of one file',
    () => hostileZip([file('safe', { local: { name: 'evil' } })]),
    'what stands before a file is not what its list of contents says',
  ],
  [
    'two ways of packing one file',
    () => hostileZip([file('a', { local: { method: 8 } })]),
    'what stands before a file is not what its list of contents says',
  ],
  [
    'two opinions about a size',
    () => hostileZip([{ ...deflated('a', Buffer.from('hello')), local: { unpacked: 9 } }]),
    'what stands before a file is not what its list of contents says',
  ],
  [
    'data that is not packed as it says',
    () => hostileZip([file('a', { bytes: '\xff\xff', listed: { method: 8 }, local: { method: 8 } })]),
    'it is damaged',
  ],
  [
    'no file where the list says',
    () =>
      hostileZip([
        file('a', { local: {} }),
        file('b', {
          bytes: 'PKPKPKPKPKPKPKPKPKPKPKPKPKPKPKPKPKPK',
          listed: { offset: 33, packed: 1, unpacked: 1 },
        }),
      ]),
    'it is damaged',
  ],
  [
    'something in front',
    () => hostileZip([file('a')], { before: Buffer.from('#!/bin/sh\n') }),
    'there is something in front of its first file',
  ],
  [
    'something in front of nothing',
    () => hostileZip([], { before: Buffer.from('#!/bin/sh\n') }),
    'there is something in front of its first file',
  ],
  [
    'something behind',
    () => hostileZip([file('a')], { behind: Buffer.from('tail') }),
    'there is something behind its end',
  ],
  [
    'an end in the comment',
    () => hostileZip([file('a')], { comment: hostileZip([]).subarray(0, 22), behind: Buffer.from('..') }),
    'there is something behind its end',
  ],
  [
    'another archive behind',
    () => Buffer.concat([hostileZip([file('a')]), hostileZip([file('b')])]),
    'its list of contents is not where its end says',
  ],
  [
    'a list that begins elsewhere',
    () => hostileZip([file('a')], { directoryStart: 1 }),
    'its list of contents is not where its end says',
  ],
  [
    'files that its end does not count',
    () => hostileZip([file('a'), file('b')], { entryCount: 1 }),
    'its list of contents has more in it than its end says',
  ],
  ['fewer files than its end counts', () => hostileZip([file('a')], { entryCount: 2 }), 'it is damaged'],
  [
    'more entries than are allowed',
    () => hostileZip([file('a')], { zip64: { entryCount: 100_001n }, entryCount: 0xffff }),
    'it has 100001 entries; 100000 are allowed',
  ],
  [
    'one volume of several',
    () => hostileZip([file('a')], { disk: 1 }),
    'it is a part of an archive of several',
  ],
  [
    'one volume of several by its counts',
    () => hostileZip([file('a')], { entriesHere: 0 }),
    'it is a part of an archive of several',
  ],
  [
    'ends that differ in the count',
    () => hostileZip([file('a')], { zip64: { entryCount: 2n } }),
    'its two ends, of the small and the large kind, do not agree',
  ],
  [
    'ends that differ in the place',
    () => hostileZip([file('a')], { zip64: { directoryStart: 0n } }),
    'its two ends, of the small and the large kind, do not agree',
  ],
  [
    'a large end that is elsewhere',
    () => hostileZip([file('a')], { zip64: { at: 0n } }),
    'its two ends, of the small and the large kind, do not agree',
  ],
  [
    'a large end beyond all files',
    () => hostileZip([file('a')], { zip64: { at: 2n ** 63n } }),
    'it names sizes that no file has',
  ],
  [
    'a file of sixteen exabytes',
    () =>
      hostileZip([
        file('a', {
          listed: { unpacked: 0xffffffff, packed: 0xffffffff, extra: zip64Extra(2n ** 63n, 2n ** 63n) },
        }),
      ]),
    'it names sizes that no file has',
  ],
  [
    'a file that is larger than the archive',
    () =>
      hostileZip([
        file('a', { listed: { unpacked: 0xffffffff, packed: 0xffffffff, extra: zip64Extra(9000n, 9000n) } }),
      ]),
    'a file in it reaches beyond the place for files',
  ],
  [
    'two large sizes of one file',
    () => hostileZip([file('a', { listed: { extra: Buffer.concat([zip64Extra(1n), zip64Extra(2n)]) } })]),
    'a file in it has two sizes',
  ],
  [
    'an extra field without an end',
    () => hostileZip([file('a', { listed: { extra: Buffer.from([1, 0, 99, 0]) } })]),
    'it is damaged',
  ],
  ['no archive', () => Buffer.from('this is no archive'), 'it is no zip archive, or its end is missing'],
  ['nothing at all', () => Buffer.alloc(0), 'it is no zip archive, or its end is missing'],
  [
    'half an archive',
    () => hostileZip([file('a')]).subarray(0, 60),
    'it is no zip archive, or its end is missing',
  ],
  [
    'a list of contents that is itself a bomb',
    () => longList(),
    `its list of contents is longer than ${32 * 2 ** 20} bytes`,
  ],
]

/** Two files where the second's header and data are the first's data, as in the best known bomb of this kind. */
function nestedOverlap(): Buffer {
  const inner = hostileZip([file('b', { bytes: 'y' })])
  const innerFile = inner.subarray(0, inner.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')))
  const outer = file('a', { bytes: innerFile })
  return hostileZip([outer, file('b', { bytes: 'y', listedOnly: true, listed: { offset: 31 } })])
}

/** Few files, each with the longest comment there can be. */
function longList(): Buffer {
  const comment = Buffer.alloc(0xffff, 'x')
  return hostileZip(Array.from({ length: 520 }, (_, index) => file(`${index}`, { listed: { comment } })))
}
