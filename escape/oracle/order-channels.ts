import { bitsView, bytesView, packedBits, textView, type View } from './view.ts'

/** An order of more names than this is not ranked: 512 of them could carry 3,800 bits. */
const MOST_RANKED = 512

/**
 * What the order of names can carry: the rank of this order among all (Lehmer's code, as one number), whether each name
 * comes before its successor, and in each pair which is the lower. Names of one form among others are ranked apart.
 */
export function orderViews(what: string, names: readonly string[]): View[] {
  const distinct = [...new Set(names)]
  const forms = groupsOf(distinct, (name) => name.replaceAll(/\d+/g, '0'))
  return [distinct, ...forms].flatMap((group) => orderOf(what, group))
}

/** Those of one form together; none where all are of one. */
function groupsOf(texts: readonly string[], formOf: (text: string) => string): string[][] {
  const groups = new Map<string, string[]>()
  for (const text of texts) {
    const group = groups.get(formOf(text))
    if (group === undefined) groups.set(formOf(text), [text])
    else group.push(text)
  }
  return groups.size > 1 ? [...groups.values()].filter(({ length }) => length > 2) : []
}

/** Fewer names have no 2^56 orders. */
const FEWEST_RANKED = 20

function orderOf(what: string, names: readonly string[]): View[] {
  if (names.length < FEWEST_RANKED) return []
  const ranked = names.slice(0, MOST_RANKED)
  return [
    ...bytesView(`rank of the order of ${what}`, rankOf(ranked)),
    ...packedBits(
      `steps up in the order of ${what}`,
      ranked.slice(1).map((name, at) => (name > (ranked[at] ?? '') ? 1 : 0)),
      1,
    ),
    ...packedBits(
      `pairs in the order of ${what}`,
      ranked.flatMap((name, at) => (at % 2 === 0 ? [] : [name > (ranked[at - 1] ?? '') ? 1 : 0])),
      1,
    ),
  ]
}

/** What a sequence of numbers or words can carry, such as sizes, statuses, lengths of runs: see each view's name. */
export function sequenceViews(what: string, sequence: readonly (number | string)[]): View[] {
  if (sequence.length < 8) return []
  const numbers = sequence.filter((one) => typeof one === 'number')
  return [
    ...(numbers.length === sequence.length ? numberSequence(what, numbers) : []),
    ...alphabetOf(what, sequence),
  ]
}

function numberSequence(what: string, numbers: readonly number[]): View[] {
  const least = numbers.reduce((low, one) => Math.min(low, one), Number.POSITIVE_INFINITY)
  return [
    ...bytesView(what, Buffer.from(numbers.map((one) => one & 255))),
    ...bytesView(`${what}, over the least`, Buffer.from(numbers.map((one) => (one - least) & 255))),
    ...packedBits(
      `parities of ${what}`,
      numbers.map((one) => one & 1),
      1,
    ),
  ]
}

/** Few different ones are the digits of a number: each counts by its place among them in order. */
function alphabetOf(what: string, sequence: readonly (number | string)[]): View[] {
  const distinct = [...new Set(sequence)].sort((one, other) =>
    typeof one === 'number' && typeof other === 'number' ? one - other : String(one) < String(other) ? -1 : 1,
  )
  if (distinct.length < 2 || distinct.length > 256) return []
  const places = new Map(distinct.map((one, place) => [one, place]))
  const bitsEach = Math.ceil(Math.log2(distinct.length))
  return packedBits(
    `${what}, as digits`,
    sequence.map((one) => places.get(one) ?? 0),
    bitsEach,
  )
}

/** What differs in a sequence of texts of one form: what they have in common at both ends falls away. */
export function varyingParts(what: string, texts: readonly Buffer[]): View[] {
  const [first] = texts
  if (first === undefined || texts.length < 2) return []
  const shortest = texts.reduce((low, text) => Math.min(low, text.length), first.length)
  let start = 0
  while (start < shortest && texts.every((text) => text[start] === first[start])) start += 1
  let end = 0
  while (end < shortest - start && texts.every((text) => text.at(-1 - end) === first.at(-1 - end))) end += 1
  const parts = texts.map((text) => text.subarray(start, text.length - end))
  return [
    ...bytesView(`what varies in ${what}`, Buffer.concat(parts)),
    ...bytesView(`first characters of ${what}`, Buffer.from(texts.map((text) => text[0] ?? 0))),
    ...bytesView(`last characters of ${what}`, Buffer.from(texts.map((text) => text.at(-1) ?? 0))),
  ]
}

/** Keys of objects in JSON, names before a colon in heads and YAML: their order and what varies in them. */
export function keyViews(bytes: Buffer): View[] {
  const text = bytes.toString('latin1')
  const quoted = [...text.matchAll(/"((?:[^"\\]|\\.){1,200})"\s*:/g)].map(([, key]) => key ?? '')
  const heads = [...text.matchAll(/^[ \t]*([\w.@/+-]{1,200})[ \t]*:/gm)].map(([, key]) => key ?? '')
  return [
    ...[
      { what: 'quoted keys', names: quoted },
      { what: 'keys', names: heads },
    ].flatMap(({ what, names }) => [
      ...orderViews(what, names),
      ...textView(what, names.join('')),
      ...varyingParts(
        what,
        names.map((name) => Buffer.from(name, 'latin1')),
      ),
    ]),
  ]
}

/** Lines of text: what varies in them, their lengths and their order. */
export function lineViews(bytes: Buffer): View[] {
  const lines = bytes.toString('latin1').split(/\r?\n/).slice(0, 20_000)
  if (lines.length < 2) return []
  const filled = lines.filter((line) => line !== '')
  return [
    ...[filled, ...groupsOf(filled, (line) => line.slice(0, 4))].flatMap((group) =>
      varyingParts(
        'lines',
        group.map((line) => Buffer.from(line, 'latin1')),
      ),
    ),
    ...sequenceViews(
      'lengths of lines',
      lines.map((line) => line.length),
    ),
    ...orderViews('lines', lines),
  ]
}

/** Every second, third and fourth byte, as in channels of a picture; and the low bit of each of all these. */
export function strideViews(bytes: Buffer): View[] {
  return [1, 2, 3, 4].flatMap((stride) =>
    Array.from({ length: stride }, (_, first) => {
      const every = Buffer.allocUnsafe(Math.max(0, Math.ceil((bytes.length - first) / stride)))
      for (let at = 0; at < every.length; at += 1) every[at] = bytes[first + at * stride] ?? 0
      const name = `every byte of ${stride}, from ${first + 1}`
      return [
        ...bytesView(name, every),
        ...bitsView(
          `low bits of ${name}`,
          every.map((byte) => byte & 1),
        ),
      ]
    }).flat(),
  )
}

function rankOf(names: readonly string[]): Buffer {
  const rest = [...names].sort((one, other) => (one < other ? -1 : 1))
  let rank = 0n
  for (const name of names) {
    const place = rest.indexOf(name)
    rank = rank * BigInt(rest.length) + BigInt(place)
    rest.splice(place, 1)
  }
  const hex = rank.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}
