import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { receiptStatement, signReceipt, sitePublicKeyOf } from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import type { Job } from '@scoregate/protocol/job'
import { Lease } from '@scoregate/protocol/lease'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { Receipt, ReceiptPredicate, ReceiptSubject } from '@scoregate/protocol/receipt'
import { Outcome } from '@scoregate/protocol/release'
import pino from 'pino'
import { z } from 'zod'
import { bundle } from './bundle-rig.ts'
import type { BrokerSettings } from './codabench/broker-settings.ts'
import type { HubLimits, HubProvision } from './config.ts'
import { digest, HOLD, isSigned, releasedSubjects, unsigned } from './receipt-rig.ts'
import { type RunningHub, startHub } from './start-hub.ts'
import { type ZipContent, zipOf } from './zip-rig.ts'

const WORKER_TOKEN = 'worker-token-of-the-local-queue'
const SITE_TOKEN = 'site-token-of-the-local-queue'
const PASSWORD = 'a password for tests'

/** An answer of the hub: status and parsed body. */
export type Answer = { status: number; body: unknown; text: string }

type ProvisionedQueue = NonNullable<HubProvision['queues']>[number]
type NewCompetition = { id: number; phase: number; phases: z.infer<typeof Competition>['phases'] }

type Leased = Pick<Job, 'jobId' | 'attempt' | 'submission'>
type Scores = Readonly<Record<string, string>>

/** The hub under test, its people and machines, and their common steps. */
export type HubRig = AsyncDisposable & {
  readonly dataFolder: string
  readonly url: string
  now(): Date
  tick(seconds: number): void
  /** Stops the hub and starts it again; `provisioned` is what is then said otherwise of its queue. */
  restart(provisioned?: Partial<ProvisionedQueue>): Promise<void>
  /** Stops the hub, does something with its folder, and starts it again. */
  whileStopped(use: () => Promise<void>): Promise<void>
  readonly organizer: Client
  readonly participant: Client
  readonly rival: Client
  readonly visitor: Client
  readonly worker: Client
  readonly site: Client
  upload(as: Client, type: string, bytes: Buffer): Promise<{ key: string; completed: Answer }>
  createBundle(files: Readonly<Record<string, ZipContent>>): Promise<z.infer<typeof Creation>>
  createCompetition(files?: Readonly<Record<string, ZipContent>>): Promise<NewCompetition>
  submit(phase: number, as?: Client, extra?: object): Promise<number>
  lease(waitSeconds?: number): Promise<Lease | undefined>
  takeJob(): Promise<Job>
  /** The key that the site signs with. */
  readonly siteKey: KeyObject
  /** Tells an outcome, with the receipt that an honest site would sign unless it has one. */
  outcome(job: Leased, outcome: object): Promise<Answer>
  /** The receipt of an outcome, some of it changed. */
  sign(job: Leased, outcome: object, changes?: ReceiptChanges): Receipt
  release(job: Leased, scores: Scores): Promise<Answer>
  fail(job: Leased, reason: ReasonCode): Promise<Answer>
  score(phase: number, scores: Scores, as?: Client): Promise<number>
  submission(id: number, as?: Client): Promise<z.infer<typeof Submission>>
  board(phase: number, as?: Client): Promise<z.infer<typeof Board>['submissions']>
}

/** What a test wants otherwise on a receipt. */
export type ReceiptChanges = {
  predicate?: Partial<ReceiptPredicate>
  subjects?: (subjects: ReceiptSubject[]) => ReceiptSubject[]
  key?: KeyObject
}

/** Somebody, or some machine, who asks the hub by HTTP. */
export type Client = (method: string, path: string, body?: unknown) => Promise<Answer>

/**
 * A real hub on a free port over a temporary folder, with an organizer, two participants and a queue. Its clock stands
 * still until `tick` moves it. Gone when disposed of.
 */
export async function startHubRig(
  limits: Partial<HubLimits> = {},
  firstQueue: Partial<ProvisionedQueue> = {},
  /** A broker, whose other users have the time of the machine, and so the hub must. */
  broker?: BrokerSettings,
): Promise<HubRig> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'scoregate-hub-'))
  let now = new Date('2026-05-01T12:00:20.000Z')
  const people = ['organizer', 'participant', 'rival'].map((username) => ({
    username,
    password: PASSWORD,
    token: `token-of-${username}`,
  }))
  const siteKey = generateKeyPairSync('ed25519').privateKey
  const queue = { name: 'local', workerToken: WORKER_TOKEN, siteToken: SITE_TOKEN }
  let chainLength = 0
  let port = 0
  const start = (provisioned: Partial<ProvisionedQueue> = {}): Promise<RunningHub> =>
    startHub({
      dataFolder,
      host: '127.0.0.1',
      port,
      islandsFolder: join(dataFolder, 'no-islands'),
      log: pino({ level: 'error' }),
      ...(broker === undefined ? { clock: () => now } : { broker }),
      limits: { sweepSeconds: 0.02, leaseSeconds: 60, ...limits },
      provision: {
        people,
        queues: [{ ...queue, sitePublicKey: sitePublicKeyOf(siteKey), ...provisioned }],
      },
    })
  let hub = await start(firstQueue)
  const client =
    (authorization: string | undefined): Client =>
    async (method, path, body) => {
      const isRaw = body instanceof Uint8Array
      const answer = await fetch(path.startsWith('http') ? path : hub.url + path, {
        method,
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: parsed(text), text }
    }
  const rig: HubRig = {
    dataFolder,
    get url() {
      return hub.url
    },
    now: () => now,
    tick(seconds) {
      now = new Date(now.getTime() + seconds * 1000)
    },
    organizer: client('Token token-of-organizer'),
    participant: client('Token token-of-participant'),
    rival: client('Token token-of-rival'),
    visitor: client(undefined),
    worker: client(`Bearer ${WORKER_TOKEN}`),
    site: client(`Bearer ${SITE_TOKEN}`),

    async restart(provisioned) {
      // A worker that was told where the hub is finds it there again.
      if (broker !== undefined) port = Number(new URL(hub.url).port)
      await hub.close()
      hub = await start(provisioned)
    },

    async whileStopped(use) {
      if (broker !== undefined) port = Number(new URL(hub.url).port)
      await hub.close()
      await use()
      hub = await start()
    },

    /** Uploads the bytes and returns the key and the answer to completing it. */
    async upload(as, type, bytes) {
      const created = await as('POST', '/api/datasets/', {
        type,
        request_sassy_file_name: 'file.zip',
        file_name: 'file.zip',
        file_size: bytes.length,
      })
      const { key, sassy_url } = z.object({ key: z.string(), sassy_url: z.string() }).parse(created.body)
      const put = await client(undefined)('PUT', sassy_url, bytes)
      if (put.status !== 200) return { key, completed: put }
      return { key, completed: await as('PUT', `/api/datasets/completed/${key}/`) }
    },

    /** Uploads a bundle and waits until it is a competition or refused. */
    async createBundle(files) {
      const { completed } = await rig.upload(rig.organizer, 'competition_bundle', await zipOf(files))
      const { status_id } = z.object({ status_id: z.number() }).parse(completed.body)
      return until(async () => {
        const { body } = await rig.organizer('GET', `/api/competitions/${status_id}/creation_status/`)
        const creation = Creation.parse(body)
        return creation.status === 'Starting' ? undefined : creation
      })
    },

    /** A published competition that participant and rival have joined; its first phase. */
    async createCompetition(files = bundle()) {
      const { resulting_competition: id, details } = await rig.createBundle(files)
      if (id === null) throw new Error(details)
      await rig.organizer('PATCH', `/api/competitions/${id}/`, { published: true })
      await rig.participant('POST', `/api/competitions/${id}/register/`)
      await rig.rival('POST', `/api/competitions/${id}/register/`)
      const { body } = await rig.organizer('GET', `/api/competitions/${id}/`)
      const { phases } = Competition.parse(body)
      return { id, phase: phases[0]?.id ?? 0, phases }
    },

    async submit(phase, as = rig.participant, extra = {}) {
      const { key } = await rig.upload(as, 'submission', await zipOf({ 'model.py': 'print(1)' }))
      const created = await as('POST', '/api/submissions/', { phase, data: key, ...extra })
      if (created.status !== 201) throw new Error(created.text)
      return z.object({ id: z.number() }).parse(created.body).id
    },

    async lease(waitSeconds = 0) {
      const answer = await rig.worker('POST', '/api/worker/leases', {
        worker: { name: 'worker-1', version: '1' },
        waitSeconds,
      })
      return answer.status === 204 ? undefined : Lease.parse(answer.body)
    },

    async takeJob() {
      const lease = await rig.lease()
      if (lease === undefined) throw new Error('No job waits.')
      return lease.job
    },

    siteKey,

    outcome(job, outcome) {
      const whole = { attempt: job.attempt, hold: HOLD, ...outcome }
      const needsReceipt = !('receipt' in outcome) && isSigned(whole)
      return rig.site('POST', `/api/site/jobs/${job.jobId}/outcome`, {
        ...whole,
        ...(needsReceipt ? { receipt: rig.sign(job, outcome) } : {}),
      })
    },

    sign(job, outcome, changes: ReceiptChanges = {}) {
      const parsed = Outcome.parse(unsigned({ attempt: job.attempt, hold: HOLD, ...outcome }))
      if (parsed.kind === 'awaiting-validation') throw new Error('Nobody signs that something waits.')
      chainLength += 1
      const honest = releasedSubjects(parsed)
      const released = changes.subjects?.(honest) ?? honest
      const statement = receiptStatement({
        predicate: {
          platform: hub.url,
          jobId: job.jobId,
          attempt: parsed.attempt,
          submissionId: job.submission.id,
          hold: parsed.hold,
          outcome: parsed.kind,
          ...(parsed.kind === 'failed'
            ? {
                reason: parsed.reason,
                ...(parsed.sentence === undefined
                  ? { decision: { kind: 'none' } }
                  : {
                      sentence: parsed.sentence,
                      decision: { kind: 'reject', decidedAt: now.toISOString() },
                    }),
              }
            : { decision: { kind: 'approve', reviewer: 'anna', decidedAt: now.toISOString() } }),
          artefacts: released.flatMap(({ name }) => (name === 'hold' ? [] : [name])),
          policyDigest: Digest.parse(digest('policy')),
          chain: { sequence: chainLength, head: Digest.parse(digest(`entry ${chainLength}`)) },
          ...changes.predicate,
        },
        released,
      })
      return signReceipt(statement, changes.key ?? siteKey)
    },

    release(job, scores) {
      return rig.outcome(job, {
        kind: 'released',
        releasedAt: now.toISOString(),
        scores: Object.entries(scores).map(([column, value]) => ({ column, value })),
        artefacts: [],
      })
    },

    fail: (job, reason) => rig.outcome(job, { kind: 'failed', reason }),

    /** Submits, lets a worker take it, and releases these scores. */
    async score(phase, scores, as = rig.participant) {
      const id = await rig.submit(phase, as)
      const answer = await rig.release(await rig.takeJob(), scores)
      if (answer.status !== 200) throw new Error(answer.text)
      return id
    },

    async submission(id, as = rig.participant) {
      return Submission.parse((await as('GET', `/api/submissions/${id}/`)).body)
    },

    async board(phase, as = rig.participant) {
      return Board.parse((await as('GET', `/api/phases/${phase}/get_leaderboard/`)).body).submissions
    },

    async [Symbol.asyncDispose]() {
      await hub.close()
      await rm(dataFolder, { recursive: true })
    },
  }
  return rig
}

/** Asks again until there is an answer; a test that waits for ever ends by its time limit. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const Creation = z.object({
  status: z.string(),
  details: z.string(),
  resulting_competition: z.number().nullable(),
  problems: z.array(z.object({ where: z.string(), what: z.string(), remedy: z.string() })).default([]),
})
const Competition = z.looseObject({
  phases: z.array(z.looseObject({ id: z.number(), tasks: z.array(z.looseObject({ id: z.number() })) })),
})
const Submission = z.looseObject({
  id: z.number(),
  status: z.string(),
  status_details: z.string().nullable(),
  children: z.array(z.number()),
  on_leaderboard: z.boolean(),
  scores: z.array(z.looseObject({ column_key: z.string(), score: z.string() })),
})
const Board = z.object({
  submissions: z.array(
    z.looseObject({
      id: z.number(),
      owner: z.string(),
      rank: z.number(),
      scores: z.array(z.looseObject({ column_key: z.string(), score: z.string(), task_id: z.number() })),
    }),
  ),
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
