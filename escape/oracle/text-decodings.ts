import { bytesView, type View } from './view.ts'

/** Spellings of text in text: each is undone in place where it occurs. */
export function textDecodings(bytes: Buffer): View[] {
  const text = bytes.toString('latin1')
  return [
    ...replaced('URL-encoding', text, /%([0-9a-f]{2})/gi, fromHex),
    ...replaced('quoted-printable', text, /=(?:([0-9a-f]{2})|\r?\n)/gi, fromHex),
    ...replaced(
      'HTML entities',
      text,
      /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));?/gi,
      fromEntity,
    ),
    ...replaced(
      'escapes of a string',
      text,
      /\\(?:u\{?([0-9a-f]{4,6})\}?|x([0-9a-f]{2})|([0-7]{3})|(["\\/bfnrt]))/gi,
      fromEscape,
    ),
    ...replaced('UTF-7', text, /\+([a-z0-9+/]{2,})-?/gi, fromUtf7),
    ...wideText('UTF-16, low byte first', text, /(?:[^\0]\0){7,}/g, 0),
    ...wideText('UTF-16, high byte first', text, /(?:\0[^\0]){7,}/g, 1),
  ]
}

/** The same backwards, and with letters and digits moved by half their alphabet: an encoding may lie within either. */
export function mirroredViews(bytes: Buffer): View[] {
  const rotated = Buffer.from(bytes.map((byte) => ROTATED[byte] ?? byte))
  return [...bytesView('reversed', Buffer.from(bytes).reverse()), ...bytesView('ROT13 and ROT5', rotated)]
}

/** ROT13 of letters and ROT5 of digits, by byte. */
const ROTATED = Uint8Array.from({ length: 256 }, (_, byte) => {
  const turned = (first: number, count: number) => first + ((byte - first + count / 2) % count)
  if (byte >= 48 && byte < 58) return turned(48, 10)
  if (byte >= 65 && byte < 91) return turned(65, 26)
  return byte >= 97 && byte < 123 ? turned(97, 26) : byte
})

type Undo = (...groups: (string | undefined)[]) => string

/** So many in one place are an encoding; fewer turn up in any data. */
const FEWEST_TOGETHER = 4

/** As far apart they may be, and so much around them is kept: what needs no encoding stands between them. */
const TOGETHER_CHARACTERS = 64

/** Undoes an encoding in each place where enough of it stands together. */
function replaced(name: string, text: string, pattern: RegExp, undo: Undo): View[] {
  const places: { from: number; to: number; count: number }[] = []
  for (const match of text.matchAll(pattern)) {
    const to = match.index + match[0].length
    const last = places.at(-1)
    if (last !== undefined && match.index - last.to <= TOGETHER_CHARACTERS) {
      last.to = to
      last.count += 1
    } else places.push({ from: match.index, to, count: 1 })
  }
  return places
    .filter(({ count }) => count >= FEWEST_TOGETHER)
    .flatMap(({ from, to }) => {
      const around = text.slice(Math.max(0, from - TOGETHER_CHARACTERS), to + TOGETHER_CHARACTERS)
      const decoded = around.replaceAll(pattern, (_whole, ...groups: (string | undefined)[]) =>
        undo(...groups),
      )
      return bytesView(name, Buffer.from(decoded, 'latin1'))
    })
}

function wideText(name: string, text: string, pattern: RegExp, first: 0 | 1): View[] {
  const parts = [...text.matchAll(pattern)].map(([run]) =>
    Buffer.from(run, 'latin1').filter((_, at) => at % 2 === first),
  )
  return bytesView(name, Buffer.concat(parts))
}

function fromHex(digits?: string): string {
  return digits === undefined ? '' : String.fromCharCode(Number.parseInt(digits, 16))
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function fromEntity(hex?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? ''
  return character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
}

const LETTER_ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function fromEscape(unicode?: string, hex?: string, octal?: string, letter?: string): string {
  if (letter !== undefined) return LETTER_ESCAPES[letter] ?? letter
  if (octal !== undefined) return character(Number.parseInt(octal, 8))
  return character(Number.parseInt(unicode ?? hex ?? '0', 16))
}

function fromUtf7(digits?: string): string {
  const decoded = Buffer.from(digits ?? '', 'base64')
  let text = ''
  for (let at = 0; at + 1 < decoded.length; at += 2) text += character(decoded.readUInt16BE(at))
  return text
}

/** Bytes stay bytes; what is above them is written as UTF-8, as everything else that crosses. */
function character(code: number): string {
  if (code < 256) return String.fromCharCode(code)
  if (code > 0x10ffff) return ''
  return Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1')
}
