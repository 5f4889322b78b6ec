/** Whether the digits of a text pass Luhn's formula (ISO/IEC 7812-1), as those of payment cards do. */
export function isLuhn(text: string): boolean {
  const digits = [...text.replaceAll(/[^0-9]/g, '')].map(Number).reverse()
  const sum = digits.reduce((total, digit, index) => {
    if (index % 2 === 0) return total + digit
    return total + (digit > 4 ? digit * 2 - 9 : digit * 2)
  }, 0)
  return sum % 10 === 0 && digits.some((digit) => digit !== digits[0])
}

/** Whether a text is an IBAN with the right check digits: modulo 97 is 1 (ISO 13616). */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '')
  const turned = plain.slice(4) + plain.slice(0, 4)
  let rest = 0
  for (const character of turned) {
    const value = Number.parseInt(character, 36)
    if (Number.isNaN(value)) return false
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}
