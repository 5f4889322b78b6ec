import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { isIban, isLuhn } from './check-digits.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { type TextWindow, TextWindows } from './text-windows.ts'

/** One kind of thing that points to a person. */
type PersonalPattern = {
  readonly one: string
  readonly many: string
  readonly pattern: RegExp
  /** Whether what the pattern found is one after all: check digits, ranges. */
  readonly accepts?: (found: string) => boolean
}

/**
 * What is looked for. Patterns are strict on purpose: a check that cries at every number is soon ignored. No sample is
 * shown: the finding says where to look, and whoever reads a list of findings need not read a name.
 */
const PATTERNS: readonly PersonalPattern[] = [
  {
    one: 'An e-mail address',
    many: 'e-mail addresses',
    pattern: /\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,24}\b/g,
  },
  {
    one: 'A telephone number',
    many: 'telephone numbers',
    // With its country code, or as it is written nationally in groups.
    pattern:
      /(?<![\w.+-])(?:\+[1-9][0-9]{0,2}[ ./-]?(?:\(?[0-9]{1,4}\)?[ ./-]?){2,5}[0-9]{2,4}|0[1-9](?:[ .-][0-9]{2}){4}|\([0-9]{3}\) ?[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}-[0-9]{3}-[0-9]{4})(?![\w-])/g,
    accepts: (found) => {
      const digits = found.replaceAll(/[^0-9]/g, '').length
      return digits >= 8 && digits <= 15
    },
  },
  {
    one: 'A number in the form of a social security number',
    many: 'numbers in the form of social security numbers',
    // USA: 3-2-4 digits; no area 000, 666 or 9xx.
    pattern: /(?<![\w-])(?!000|666|9[0-9]{2})[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])/g,
  },
  {
    one: 'A number in the form of a French social security number (NIR)',
    many: 'numbers in the form of French social security numbers (NIR)',
    pattern:
      /(?<!\w)[12378] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}(?!\w)/g,
    accepts: isNir,
  },
  {
    one: 'A number in the form of an NHS number',
    many: 'numbers in the form of NHS numbers',
    pattern: /(?<![\w.-])[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}(?![\w.-])/g,
    accepts: isNhsNumber,
  },
  {
    one: 'A bank account number (IBAN)',
    many: 'bank account numbers (IBAN)',
    pattern: /(?<!\w)[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/g,
    accepts: isIban,
  },
  {
    one: 'A number in the form of a payment card number',
    many: 'numbers in the form of payment card numbers',
    pattern: /(?<![\w.-])[3-6](?:[ -]?[0-9]){12,18}(?![\w.-])/g,
    accepts: isLuhn,
  },
  {
    one: 'A date of birth',
    many: 'dates of birth',
    // A date alone is in every log; beside a word for birth it is somebody's.
    pattern:
      /(?:birth|born|\bdob\b|naissance|\bn[ée]e?\b le|geburt|geb\.)[^0-9\n]{0,24}(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})/gi,
  },
  {
    one: 'A pair of coordinates',
    many: 'pairs of coordinates',
    pattern: /(?<![\w.])-?[0-9]{1,2}\.[0-9]{4,}[ ,;]{1,3}-?[0-9]{1,3}\.[0-9]{4,}(?![\w.])/g,
    accepts: isCoordinates,
  },
]

/** Things that look like e-mail addresses, telephone numbers, national numbers, dates of birth, coordinates. */
export function personalData(): FileCheck {
  return { name: 'personal-data', begin: (entry) => inspect(entry) }
}

function inspect(entry: ManifestEntry): FileInspection {
  const tallies = PATTERNS.map((pattern) => ({ pattern, tally: new Tally() }))
  const windows = new TextWindows((window) => {
    for (const { pattern, tally } of tallies) lookFor(pattern, window, tally)
  })
  return {
    take: (chunk) => windows.take(chunk),
    end() {
      windows.end()
      return tallies.flatMap(({ pattern, tally }) =>
        tally.finding({
          check: 'personal-data',
          rank: 'critical',
          entry,
          what: (count) => (count === 1 ? `${pattern.one}.` : `${count} ${pattern.many}.`),
        }),
      )
    },
  }
}

function lookFor({ pattern, accepts }: PersonalPattern, { text, line }: TextWindow, tally: Tally): void {
  for (const [found] of text.matchAll(pattern)) if (accepts?.(found) ?? true) tally.add({ line })
}

/** Latitude within ±90°, longitude within ±180°, and not both within a degree of zero, where scores live. */
function isCoordinates(found: string): boolean {
  const [latitude = Number.NaN, longitude = Number.NaN] = found.split(/[ ,;]+/).map(Number)
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return false
  return Math.abs(latitude) > 1 || Math.abs(longitude) > 1
}

/** The control key of a NIR: 97 minus the number modulo 97; Corsica's 2A and 2B count as 19 and 18 (INSEE). */
function isNir(found: string): boolean {
  const plain = found.replaceAll(' ', '').replace('2A', '19').replace('2B', '18')
  if (!/^[0-9]{15}$/.test(plain)) return false
  return 97n - (BigInt(plain.slice(0, 13)) % 97n) === BigInt(plain.slice(13))
}

/** Modulus 11 over ten digits with weights ten to two (NHS Data Dictionary, NHS NUMBER). */
function isNhsNumber(found: string): boolean {
  const digits = [...found.replaceAll(/[^0-9]/g, '')].map(Number)
  const sum = digits.slice(0, 9).reduce((total, digit, index) => total + digit * (10 - index), 0)
  const check = (11 - (sum % 11)) % 11
  return check !== 10 && check === digits[9]
}
