import type { Crossing, PlantedSecret, Recovered } from './crossing.ts'

/** Looks for a secret that lies open, in hex or in base64; the oracle with the whole ladder takes its place. */
export function recoverSecret(
  crossed: readonly Crossing[],
  { bytes, bits, token }: PlantedSecret,
): Recovered {
  const everything = Buffer.concat(crossed.map((crossing) => crossing.bytes)).toString('latin1')
  const spellings = { text: token, bytes: bytes.toString('latin1'), hex: bytes.toString('hex') }
  const found = Object.entries(spellings).find(([, spelling]) => everything.includes(spelling))
  return found === undefined ? { bits: 0, path: '' } : { bits, path: found[0] }
}
