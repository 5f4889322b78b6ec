import { workerSite } from '@scoregate/gate/policy'
import {
  BLOBS_PATH,
  CANCELLATIONS_PATH,
  Cancellation,
  DEPOSITS_PATH,
  Deposit,
  PACKS_PATH,
  type RunLimits,
  WORKER_SITE_PATH,
} from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import { ManifestSection } from '@scoregate/protocol/manifest'
import { PACK_HEADER_BYTES } from '@scoregate/protocol/pack'
import { WORKER_REPORT_PATH, WorkerReport } from '@scoregate/protocol/worker-report'
import type { WebEnv } from '@scoregate/web/environment'
import { bearerToken } from '@scoregate/web/identity'
import { bodyStream } from '@scoregate/web/request-body'
import { sameSecret } from '@scoregate/web/secrets'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { cancelJob } from '../codabench/cancel-job.ts'
import type { CodabenchKeys } from '../codabench/codabench-keys.ts'
import type { WorkerLog } from '../health/worker-records.ts'
import { type DepositSite, receiveDeposit } from './receive-deposit.ts'
import { receivePack } from './receive-pack.ts'

/** A manifest of a hundred thousand files with long names. */
const MAX_DEPOSIT_BYTES = 128 * 1_048_576

const MAX_REPORT_BYTES = 16_384

/** Two of each of two programs. */
const LOG_STREAMS = 4

/** The routes that the site's workers use; the wire is described in `@scoregate/protocol/deposit`. */
export function workerRoutes(
  given: DepositSite & {
    workerToken: string
    workerLog: WorkerLog
    log: Logger
    codabenchKeys: CodabenchKeys
    onDeposit: () => void
  },
): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const site = workerSite(given.policy, given.policyDigest, given.codabenchKeys)
  // No file of a run may be larger than what all of its output, or one of its logs, may be.
  const maxBlobBytes = Math.max(site.limits.outputBytes, site.limits.logBytes)

  app.use('/api/worker/*', requireWorker(given.workerToken))

  app.get(WORKER_SITE_PATH, async (c) => {
    await given.workerLog.seen(c.req.query('worker') ?? '')
    return c.json(site)
  })

  app.put(WORKER_REPORT_PATH, async (c) => {
    const text = await readText(bodyStream(c), MAX_REPORT_BYTES)
    await given.workerLog.report(parseFields(text, WorkerReport))
    return c.json({})
  })

  app.put(`${BLOBS_PATH}/:sha256`, async (c) => {
    const sha256 = Digest.safeParse(c.req.param('sha256'))
    if (!sha256.success) throw badBlobName()
    const { isNew } = await given.vault.receive(sha256.data, bodyStream(c), maxBlobBytes)
    return c.json({ sha256: sha256.data }, isNew ? 201 : 200)
  })

  app.post(PACKS_PATH, async (c) => {
    await receivePack(given.vault, bodyStream(c), largestPack(site.limits))
    return c.json({}, 201)
  })

  app.post(CANCELLATIONS_PATH, async (c) => {
    const { jobId } = parseFields(await readText(bodyStream(c), MAX_REPORT_BYTES), Cancellation)
    await cancelJob(given, jobId)
    return c.json({})
  })

  app.post(DEPOSITS_PATH, async (c) => {
    const deposit = parseFields(await readText(bodyStream(c), MAX_DEPOSIT_BYTES), Deposit)
    const { holdId, isNew } = await receiveDeposit(given, deposit)
    await given.workerLog.seen(deposit.worker)
    if (isNew) {
      given.log.info(
        { holdId, jobId: deposit.job.jobId, worker: deposit.worker },
        'A worker deposited a hold.',
      )
      given.onDeposit()
    }
    return c.json({ holdId }, isNew ? 201 : 200)
  })

  return app
}

/** Each part of a run may have as much as all output or all logs may, and a header before every file. */
function largestPack({ outputBytes, outputFiles, logBytes }: RunLimits): number {
  const largestPart = Math.max(outputBytes, LOG_STREAMS * logBytes) + outputFiles * PACK_HEADER_BYTES
  return ManifestSection.options.length * largestPart
}

function requireWorker(workerToken: string): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const token = bearerToken(c)
    if (token === undefined || !sameSecret(token, workerToken)) {
      throw new ScoregateError({
        kind: 'not-signed-in',
        code: 'not-a-worker',
        message: 'This address is for the workers of this site.',
        remedy: "Send the site's worker token in the Authorization header.",
      })
    }
    await next()
  }
}

function parseFields<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badFields([{ where: 'body', what: 'is not JSON', remedy: 'Send JSON.' }], cause)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw badFields(
    parsed.error.issues.slice(0, 100).map((issue) => ({
      where: issue.path.join('.') || 'body',
      what: issue.message,
      remedy: 'See the description of this endpoint at /api/docs.',
    })),
    parsed.error,
  )
}

async function readText(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > maxBytes) {
      throw new ScoregateError({
        kind: 'too-large',
        code: 'deposit-too-large',
        message: `The body is larger than ${maxBytes} bytes.`,
        remedy: 'Lower the number of output files that the policy allows.',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function badFields(
  problems: { where: string; what: string; remedy: string }[],
  cause: unknown,
): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-fields',
    message: 'Some fields are missing or wrong.',
    remedy: 'Correct the fields that are listed and send it again.',
    problems,
    cause,
  })
}

function badBlobName(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-blob-name',
    message: 'The last part of the address is not a SHA-256.',
    remedy: 'Name a blob by the SHA-256 of its bytes: 64 lower-case hexadecimal digits.',
  })
}
