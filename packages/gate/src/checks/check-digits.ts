/** Whether the digits of a text pass Luhn's formula (ISO/IEC 7812-1), as those of payment cards do. */
export function isLuhn(text: string): boolean {
  const digits = [...text.replaceAll(/[^0-9]/g, '')].map(Number).reverse()
  const sum = digits.reduce((total, digit, index) => {
    if (index % 2 === 0) return total + digit
    return total + (digit > 4 ? digit * 2 - 9 : digit * 2)
  }, 0)
  return sum % 10 === 0 && digits.some((digit) => digit !== digits[0])
}

/** Beginnings and lengths of the numbers of the large card schemes; one random number in ten passes Luhn's formula. */
const CARD =
  /^(?:4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|3[47][0-9]{13}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12})$/

/** Whether a text has the form of a payment card number, and its check digit. */
export function isCardNumber(text: string): boolean {
  return CARD.test(text.replaceAll(/[ -]/g, '')) && isLuhn(text)
}

/** How long the numbers of a country are (ISO 13616 registry); an identifier of capital letters is no account. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  ...{ AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27 },
  ...{ GB: 22, GR: 27, HR: 21, HU: 28, IE: 22, IS: 26, IT: 27, LI: 21, LT: 20, LU: 20, LV: 21, MC: 27 },
  ...{ MT: 31, NL: 18, NO: 15, PL: 28, PT: 25, RO: 24, SE: 24, SI: 19, SK: 24, TR: 26, UA: 29 },
}

/** Whether a text is an IBAN of its country's length with the right check digits: modulo 97 is 1 (ISO 13616). */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '')
  if (IBAN_LENGTHS[plain.slice(0, 2)] !== plain.length) return false
  const turned = plain.slice(4) + plain.slice(0, 4)
  let rest = 0
  for (const character of turned) {
    const value = Number.parseInt(character, 36)
    if (Number.isNaN(value)) return false
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** The control key of a NIR: 97 minus the number modulo 97; Corsica's 2A and 2B count as 19 and 18 (INSEE). */
export function isNir(text: string): boolean {
  const plain = text.replaceAll(' ', '').replace('2A', '19').replace('2B', '18')
  if (!/^[0-9]{15}$/.test(plain)) return false
  return 97n - (BigInt(plain.slice(0, 13)) % 97n) === BigInt(plain.slice(13))
}

/** Modulus 11 over ten digits with weights ten to two (NHS Data Dictionary, NHS NUMBER). */
export function isNhsNumber(text: string): boolean {
  const digits = [...text.replaceAll(/[^0-9]/g, '')].map(Number)
  const sum = digits.slice(0, 9).reduce((total, digit, index) => total + digit * (10 - index), 0)
  const check = (11 - (sum % 11)) % 11
  return check !== 10 && check === digits[9]
}
