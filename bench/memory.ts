import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BLOBS_PATH, DEPOSITS_PATH } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { z } from 'zod'
import { startHub } from './hub.ts'
import type { BenchResult } from './rounds.ts'
import { type BenchDesk, startBenchDesk } from './site.ts'
import { buildPrograms, startProgram } from './site-process.ts'
import { spoolRecordOf } from './spool-record.ts'
import { writeRandomFile } from './trees.ts'

const OUTPUT_BYTES = 2 * 10 ** 9
const GOAL_MEGABYTES = 200
const Peak = z.object({ peakKilobytes: z.number() })

/** The peak of memory of a process that seals 2 GB, and of a desk that receives and releases them. */
export async function* benchMemory(home: string): AsyncGenerator<BenchResult> {
  await buildPrograms()
  const tree = join(home, 'two-gigabytes')
  await mkdir(tree)
  const output = join(tree, 'output.bin')
  await writeRandomFile(output, OUTPUT_BYTES)

  const { ready } = await startProgram('seal', { tree, spool: join(home, 'spool') })
  await rm(join(home, 'spool'), { recursive: true })
  yield result('peak memory, sealing 2 GB', Peak.parse(ready).peakKilobytes)

  yield result('peak memory, releasing 2 GB', await releasePeak(home, output))
  await rm(tree, { recursive: true })
}

async function releasePeak(home: string, output: string): Promise<number> {
  const hub = await startHub()
  const desk = await startBenchDesk(join(home, 'desk'), hub)
  try {
    const entry: ManifestEntry = {
      section: 'scoring_output',
      path: 'output.bin',
      sizeBytes: OUTPUT_BYTES,
      sha256: await digestOf(output),
    }
    const record = spoolRecordOf([entry], hub.url)
    const { jobId } = record.deposit.job
    await ask(desk, 'PUT', `${BLOBS_PATH}/${entry.sha256}`, await openAsBlob(output))
    const deposited = desk.hold(jobId)
    await ask(desk, 'POST', DEPOSITS_PATH, JSON.stringify({ ...record.deposit, failure: 'no-scores' }))
    const { holdId } = await deposited
    await desk.approve(holdId, ['output'])
    await hub.outcome(jobId, 'failure-released')
    const peak = desk.program.next((message) => Peak.safeParse(message).data)
    desk.program.send({})
    return (await peak).peakKilobytes
  } finally {
    await desk.program.close()
    hub.close()
  }
}

async function ask(desk: BenchDesk, method: string, path: string, body: Blob | string): Promise<void> {
  const answer = await fetch(desk.url + path, {
    method,
    headers: { authorization: `Bearer ${desk.workerToken}` },
    body,
  })
  if (!answer.ok) throw new Error(`the desk answered ${answer.status}: ${await answer.text()}`)
}

async function digestOf(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return Digest.parse(hash.digest('hex'))
}

function result(name: string, peakKilobytes: number): BenchResult {
  const megabytes = peakKilobytes / 1000
  return { name, unit: 'MB', value: megabytes, goal: GOAL_MEGABYTES, measured: { peak: [megabytes] } }
}
