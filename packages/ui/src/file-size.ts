const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const

/** A number of bytes as a person reads it, in powers of 1000: "512 bytes", "1.2 MB", "340 GB". */
export function fileSizeWords(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  let amount = bytes
  let unit: string = UNITS[0]
  for (const next of UNITS) {
    amount /= 1000
    unit = next
    // 999.5 would be written "1000".
    if (amount < 999.5) break
  }
  return `${amount < 9.95 ? amount.toFixed(1) : amount.toFixed(0)} ${unit}`
}
