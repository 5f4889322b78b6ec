import { isCardNumber, isIban, isNhsNumber, isNir } from './check-digits.ts'

/** One kind of thing that points to a person. */
export type PersonalPattern = {
  readonly one: string
  readonly many: string
  readonly pattern: RegExp
  /** Whether what the pattern found is one after all: check digits, ranges. */
  readonly accepts?: (found: string) => boolean
}

/**
 * What is looked for. Patterns are strict on purpose: a check that cries at every number is soon ignored. Each is bounded,
 * so that no text makes one slow; what a number must be beyond its form is for `accepts`.
 */
export const PERSONAL_PATTERNS: readonly PersonalPattern[] = [
  {
    one: 'An e-mail address',
    many: 'e-mail addresses',
    pattern:
      /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/g,
    // The one in the address of a repository is nobody's.
    accepts: (found) => !found.startsWith('git@'),
  },
  {
    one: 'A telephone number',
    many: 'telephone numbers',
    // With its country code.
    pattern: /(?<![\w.+-])\+[1-9][0-9 ()./-]{6,22}[0-9](?![\w-]|\.[0-9])/g,
    accepts: isInternationalNumber,
  },
  {
    one: 'A telephone number',
    many: 'telephone numbers',
    // As it is written nationally, in groups: France, the USA.
    pattern:
      /(?<![\w.+-])(?<![0-9][ .-])(?:0[1-9](?:[ .-][0-9]{2}){4}|\([2-9][0-9]{2}\) ?[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}-[0-9]{3}-[0-9]{4})(?![\w-]|[ .-][0-9])/g,
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
      /(?<![\w.])[12378] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}(?!\w|\.[0-9])/g,
    accepts: isNir,
  },
  {
    one: 'A number in the form of an NHS number',
    many: 'numbers in the form of NHS numbers',
    pattern: /(?<![\w.-])[0-9]{3}([ -])[0-9]{3}\1[0-9]{4}(?![\w-]|\.[0-9])/g,
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
    // Together, or in the groups in which cards have it.
    pattern:
      /(?<![\w.-])(?:[3-6][0-9]{12,18}|[3-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|3[47][0-9]{2}([ -])[0-9]{6}\2[0-9]{5})(?![\w-]|\.[0-9])/g,
    accepts: isCardNumber,
  },
  {
    one: 'A date of birth',
    many: 'dates of birth',
    // A date alone is in every log; beside a word for birth it is somebody's. `é` in UTF-8 and in Latin-1.
    pattern:
      /(?:birth|born|\bdob\b|naissance|\bn(?:\xc3\xa9|\xe9|e)e? le|geburt|geb\.)[^0-9\n]{0,24}(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})/gi,
  },
  {
    one: 'A place by its coordinates',
    many: 'places by their coordinates',
    // Two numbers alone are scores; beside a word for a place, or with degrees and minutes, they are somewhere.
    pattern:
      /\b(?:lat|lng|lon|latitude|longitude|gps|coord|coords|coordinates|geo)\b[^0-9\n]{0,24}-?[0-9]{1,3}\.[0-9]{3}|(?<![\w.])[0-9]{1,3}(?:\xc2\xb0|\xb0) ?[0-9]{1,2}(?:'|\xe2\x80\xb2)/gi,
  },
]

/** Headings of columns that are about single persons. */
export const PERSONAL_HEADING =
  /^"?\s{0,4}(?:(?:patient|subject|person|participant|case)[ _-]?(?:id|no|number|name)|mrn|hadm_id|stay_id|first[ _-]?name|last[ _-]?name|surname|family[ _-]?name|given[ _-]?name|full[ _-]?name|dob|date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day|year)|e-?mail|phone|telephone|mobile|address|street|post[ _-]?code|zip[ _-]?code|ssn|nhs[ _-]?(?:no|number)|nir|iban|lat|latitude|lon|lng|longitude)\s{0,4}"?$/i

/** A country code and groups of digits, 8 to 15 in all (ITU-T E.164); a signed number with a point is none. */
function isInternationalNumber(found: string): boolean {
  const digits = found.replaceAll(/[^0-9]/g, '').length
  if (digits < 8 || digits > 15) return false
  if (/^\+[0-9]+\.[0-9]+$/.test(found)) return false
  return /^\+[0-9]{1,15}(?:[ ./-]?\(?[0-9]{1,12}\)?){0,7}$/.test(found)
}
