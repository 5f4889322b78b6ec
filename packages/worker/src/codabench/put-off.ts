import { buffer } from 'node:stream/consumers'
import { openWithKey, sealWithKey } from '@scoregate/gate/sealed-box'
import { PUT_OFF_FILE, PutOffRun, putOffAbout } from '@scoregate/protocol/codabench/put-off-run'
import type { CodabenchPrediction } from '@scoregate/protocol/codabench/run-arguments'
import { fromBufferPromise } from 'yauzl'
import { ZipFile } from 'yazl'

/** A small archive with a sealed run in it; made by {@link sealPutOff} and by nothing else. */
export type PutOffArchive = Buffer & { readonly [SEALED]: true }
declare const SEALED: unique symbol

/** The largest archive that can be one of ours; predictions of anybody else are larger or are not. */
export const LARGEST_PUT_OFF_BYTES = 131_072

type Submission = { readonly apiUrl: string; readonly submissionId: number }

/** Seals a prediction job for the scoring job of the same submission, so that any worker with the site's key can do both. */
export async function sealPutOff(
  runKey: string,
  taskId: string,
  run: CodabenchPrediction,
): Promise<PutOffArchive> {
  const { submission, ingestionProgram, inputData, humanInTheLoop, logs } = run
  const putOff: PutOffRun = {
    format: 'scoregate-put-off-run/1',
    taskId,
    submission,
    ...(ingestionProgram === undefined ? {} : { ingestionProgram }),
    ...(inputData === undefined ? {} : { inputData }),
    humanInTheLoop,
    logs,
  }
  const content = Buffer.from(JSON.stringify(PutOffRun.parse(putOff)), 'utf8')
  const zip = new ZipFile()
  zip.addBuffer(sealWithKey(Buffer.from(runKey, 'base64'), putOffAbout(run), content), PUT_OFF_FILE, {
    compress: false,
    mtime: new Date(Date.UTC(1980, 0, 1)),
    mode: 0o100644,
  })
  zip.end()
  return (await buffer(zip.outputStream)) as PutOffArchive // made here, of nothing but what was sealed
}

/** What stands where predictions should be. */
export type PutOffReading =
  | { readonly kind: 'put-off'; readonly run: PutOffRun }
  /** Sealed by another site, for another submission, or altered: nobody here can open it. */
  | { readonly kind: 'sealed-elsewhere' }
  /** An archive of predictions, or anything else. */
  | { readonly kind: 'other' }

/** Looks whether an archive is a sealed run, and opens it. Never throws. */
export async function openPutOff(runKey: string, of: Submission, archive: Buffer): Promise<PutOffReading> {
  const box = archive.length > LARGEST_PUT_OFF_BYTES ? undefined : await findBox(archive)
  if (box === undefined) return { kind: 'other' }
  const content = openWithKey(Buffer.from(runKey, 'base64'), putOffAbout(of), box)
  const run = content && PutOffRun.safeParse(JSON.parse(content.toString('utf8'))).data
  return run === undefined ? { kind: 'sealed-elsewhere' } : { kind: 'put-off', run }
}

/** The content of the one file of such an archive. */
async function findBox(archive: Buffer): Promise<Buffer | undefined> {
  try {
    const zip = await fromBufferPromise(archive, { lazyEntries: true })
    try {
      if (zip.entryCount !== 1) return undefined
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName !== PUT_OFF_FILE || entry.uncompressedSize > LARGEST_PUT_OFF_BYTES)
          return undefined
        return await buffer(await zip.openReadStreamPromise(entry))
      }
      return undefined
    } finally {
      zip.close()
    }
  } catch {
    return undefined // it is damaged: whoever unpacks it says so
  }
}
