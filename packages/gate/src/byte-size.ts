import { z } from 'zod'

const BYTES_PER = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, KB: 1e3, MB: 1e6, GB: 1e9 } as const

/** What a size in a policy looks like, for messages. */
export const BYTE_SIZE_WORDS = 'a whole number and a unit: 512MiB, 2GiB, 500MB (KiB, MiB, GiB, KB, MB or GB)'

/** A size as people write it in a policy, `2GiB` or `500 MB`; parsed to bytes. */
export const ByteSize = z
  .string({ error: BYTE_SIZE_WORDS })
  .regex(/^[1-9][0-9]{0,5} ?(?:[KMG]i?B)$/, { error: BYTE_SIZE_WORDS })
  .transform((text) => {
    const number = Number.parseInt(text, 10)
    const unit = text.replace(/^[0-9]+ ?/, '') as keyof typeof BYTES_PER // the pattern allows these units only
    return number * BYTES_PER[unit]
  })
