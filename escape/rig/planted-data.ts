import { randomBytes } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlantedSecret } from '../crossing.ts'

const SECRET_BYTES = 16

/** Makes a secret that no other case has. */
export function makeSecret(): PlantedSecret {
  const bytes = randomBytes(SECRET_BYTES)
  return { bytes, bits: 8 * bytes.length, token: `planted-${randomBytes(12).toString('hex')}` }
}

/**
 * Writes the private data of a case, as a site has it in a folder of its own: the secret as bytes (`secret.bin`), the token
 * as text (`token.txt`), and both as records: a label a row for each bit of the secret (`labels.csv`).
 */
export async function plantPrivateData(folder: string, secret: PlantedSecret): Promise<void> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
  const plant = async (name: string, content: Buffer | string): Promise<void> => {
    await writeFile(join(folder, name), content)
    await chmod(join(folder, name), 0o644)
  }
  await plant('secret.bin', secret.bytes)
  await plant('token.txt', `${secret.token}\n`)
  const rows = bitsOf(secret.bytes).map((bit, row) => `${secret.token}-${row},${bit}`)
  await plant('labels.csv', `id,label\n${rows.join('\n')}\n`)
}

function bitsOf(bytes: Buffer): number[] {
  return [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((at) => (byte >> at) & 1))
}
