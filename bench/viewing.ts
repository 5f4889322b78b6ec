import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, openAsBlob } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BLOBS_PATH, DEPOSITS_PATH } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import { startHub } from './hub.ts'
import { type BenchResult, compare } from './rounds.ts'
import { startBenchDesk } from './site.ts'
import { buildPrograms } from './site-process.ts'
import { spoolRecordOf } from './spool-record.ts'

const LOG_BYTES = 10 ** 9
const ROUNDS = 5
const LINE = 'epoch 17 of 300, loss 0.31415926, the model is still learning what it can\n'
const LAST = 'THE-LAST-LINE-OF-THE-LOG\n'

/** Looking at a log of 1 GB over what the tools of a terminal take for the same: its pages, and a search through it. */
export async function* benchViewing(home: string): AsyncGenerator<BenchResult> {
  await buildPrograms()
  const log = join(home, 'large.log')
  const sha256 = await writeLog(log)
  const hub = await startHub()
  const desk = await startBenchDesk(join(home, 'viewing-desk'), hub)
  try {
    const record = spoolRecordOf(
      [{ section: 'scoring_output', path: 'large.log', sizeBytes: LOG_BYTES, sha256 }],
      hub.url,
    )
    const headers = { authorization: `Bearer ${desk.workerToken}` }
    const send = async (method: string, path: string, body: Blob | string) => {
      const answer = await fetch(desk.url + path, { method, headers, body })
      if (!answer.ok) throw new Error(`the desk answered ${answer.status}: ${await answer.text()}`)
    }
    await send('PUT', `${BLOBS_PATH}/${sha256}`, await openAsBlob(log))
    const deposited = desk.hold(record.deposit.job.jobId)
    await send('POST', DEPOSITS_PATH, JSON.stringify({ ...record.deposit, failure: 'no-scores' }))
    const { holdId } = await deposited
    const file = `/holds/${holdId}/files/0`
    let round = 0
    const search = async () => {
      round += 1
      // Each round looks for something else, at the end of the log: what was found before is remembered.
      const words = encodeURIComponent(LAST.slice(0, -1 - round))
      for (;;) {
        const { page, isDone } = await desk.page(`${file}/search?words=${words}`)
        if (isDone) return requireText(page, 'Found in 1 place')
      }
    }
    yield await against('the first page of a 1 GB log', 20, ['head', '-c', '65536', log], async () =>
      requireText((await desk.page(`${file}?as=text`)).page, 'epoch 17'),
    )
    yield await against('the last page of a 1 GB log', 20, ['tail', '-c', '65536', log], async () =>
      requireText((await desk.page(`${file}?as=text&to=${LOG_BYTES}`)).page, 'THE-LAST-LINE'),
    )
    yield await against('a search through a 1 GB log', 10, ['grep', '-F', '-c', LAST.trim(), log], search)
  } finally {
    await desk.program.close()
    hub.close()
    await rm(log)
  }
}

function against(
  name: string,
  goal: number,
  [program = '', ...words]: string[],
  run: () => Promise<void>,
): Promise<BenchResult> {
  return compare({
    name,
    goal,
    rounds: ROUNDS,
    ours: { name: 'desk', run: async () => void (await run()) },
    theirs: {
      name: program,
      run: async () => void (await promisify(execFile)(program, words, { maxBuffer: 1_000_000 })),
    },
  })
}

function requireText(page: string, text: string): void {
  if (!page.includes(text)) throw new Error(`The page does not have "${text}".`)
}

async function writeLog(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  const stream = createWriteStream(file)
  const block = Buffer.from(LINE.repeat(Math.floor(1_000_000 / LINE.length)))
  const write = async (bytes: Buffer) => {
    hash.update(bytes)
    if (!stream.write(bytes)) await once(stream, 'drain')
  }
  let left = LOG_BYTES - LAST.length
  for (; left > block.length; left -= block.length) await write(block)
  await write(Buffer.concat([Buffer.alloc(left, 'x'), Buffer.from('\n')]).subarray(1))
  await write(Buffer.from(LAST))
  stream.end()
  await once(stream, 'close')
  return Digest.parse(hash.digest('hex'))
}
