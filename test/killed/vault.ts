// Puts files into a vault, small ones together and a large one as a stream; killed on the way by `steps.ts`.

import './steps.ts'

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Digest } from '@scoregate/protocol/digest'
import { openDiskBlobs } from '@scoregate/storage/blobs-disk'
import { z } from 'zod'
import { done } from './steps.ts'

const File = z.strictObject({ sha256: Digest, file: z.string() })
const setting = z
  .strictObject({ vault: z.string(), small: z.array(File), large: File })
  .parse(JSON.parse(process.argv[2] ?? ''))

const blobs = await openDiskBlobs(setting.vault)
await blobs.putAll(
  await Promise.all(setting.small.map(async ({ sha256, file }) => ({ sha256, bytes: await readFile(file) }))),
)
await blobs.put(createReadStream(setting.large.file), { expected: setting.large.sha256 })
process.stdout.write(JSON.stringify(done))
