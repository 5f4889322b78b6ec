import { z } from 'zod'

const BYTES_PER = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const

/** A size as people write it in a policy, `512MiB`, `2 GB`; parsed to bytes. */
export const ByteSize = z
  .string()
  .regex(/^[1-9][0-9]{0,8} ?([KMGT]i?)?B$/, 'a whole number and a unit: 512MiB, 2GB')
  .transform((text) => {
    const [, amount = '', unit = ''] = /^([0-9]+) ?(.*)$/.exec(text) ?? []
    return Number(amount) * BYTES_PER[unit as keyof typeof BYTES_PER] // the pattern allows these units only
  })
