import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningDesk, startDesk } from '@scoregate/desk/start-desk'
import { findSandbox } from '@scoregate/sandbox/find-sandbox'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import { startWorker, type Worker } from '@scoregate/worker/work'
import pino from 'pino'
import type { EscapeCase, SandboxName } from '../case.ts'
import type { PlantedSecret } from '../crossing.ts'
import { Boundary } from './boundary.ts'
import { type HostListeners, startHostListeners } from './host-listeners.ts'
import { makeSecret, plantPrivateData } from './planted-data.ts'
import { type RecordingHub, startRecordingHub } from './recording-hub.ts'
import { connectReviewer, type Reviewer } from './reviewer.ts'

/** The image with Python that each sandbox has; `scripts/make-test-image.sh` makes the engine's. */
const IMAGES = { engine: 'scoregate-test:latest', bubblewrap: 'host' } as const satisfies Record<
  SandboxName,
  string
>

/** A real site of one sandbox, with private data for each case that it was started for. */
export type EscapeSite = AsyncDisposable & {
  readonly sandbox: Sandbox
  readonly image: string
  readonly boundary: Boundary
  readonly hub: RecordingHub
  readonly listeners: HostListeners
  readonly reviewer: Reviewer
  /** What a reviewer signs in with, what their programs use, and what the worker uses. */
  readonly credentials: {
    readonly username: string
    readonly password: string
    readonly reviewerToken: string
    readonly workerToken: string
  }
  readonly folder: string
  readonly workerFolder: string
  readonly deskFolder: string
  readonly policyFile: string
  /** What is planted for a case; throws for a case that the site was not started for. */
  planted(caseId: string): {
    readonly secret: PlantedSecret
    readonly folder: string
    readonly hostFile: string
  }
  deskUrl(): string
  startDesk(): Promise<void>
  stopDesk(): Promise<void>
  startWorker(): Promise<void>
  stopWorker(): Promise<void>
  /** Moves the desk's clock. */
  passTime(seconds: number): void
}

/** Finds the sandbox of that name; throws, saying what this machine lacks. */
export async function openSandbox(name: SandboxName): Promise<Sandbox> {
  const ownerMark = `escape-${process.pid}-${randomUUID().slice(0, 8)}`
  const found = await findSandbox({ choice: name, ownerMark, env: process.env })
  if (found.kind === 'none') throw new Error(found.problems.join('\n'))
  if (await found.sandbox.hasImage(IMAGES[name])) return found.sandbox
  throw new Error(`${IMAGES[name]} is missing. Type: scripts/make-test-image.sh`)
}

/** Starts a desk and a worker, and a platform for them, for some cases. */
export async function startEscapeSite(given: {
  readonly sandbox: Sandbox
  readonly cases: readonly EscapeCase[]
  readonly policy?: Readonly<Record<string, unknown>>
}): Promise<EscapeSite> {
  const { sandbox, cases } = given
  const image = IMAGES[sandbox.name]
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-escape-'))
  // What anybody may read here is for programs to find, if they find a way.
  await chmod(folder, 0o755)
  const planted = await plantAll(folder, cases)
  const boundary = new Boundary()
  const hub = await startRecordingHub(boundary)
  const listeners = await startHostListeners(boundary, folder)
  const policyFile = join(folder, 'policy.yaml')
  await writeFile(policyFile, JSON.stringify({ ...policyFor(cases, folder), ...given.policy }))

  const log = pino({ level: 'debug' }, { write: (line: string) => crossLog(boundary, line) })
  const workerToken = `worker-${randomUUID()}`
  const reviewerToken = `reviewer-${randomUUID()}`
  const reviewer = { username: 'reviewer', password: `password-${randomUUID()}` }
  const workerFolder = join(folder, 'worker')
  const deskFolder = join(folder, 'desk')
  let desk: RunningDesk | undefined
  let worker: Worker | undefined
  let offsetMs = 0
  const deskUrl = (): string => {
    if (desk === undefined) throw new Error('The desk does not run.')
    return desk.url
  }
  let deskPort = 0

  const site: EscapeSite = {
    sandbox,
    image,
    boundary,
    hub,
    listeners,
    folder,
    workerFolder,
    deskFolder,
    policyFile,
    reviewer: connectReviewer(deskUrl, reviewerToken),
    credentials: { ...reviewer, reviewerToken, workerToken },
    planted(caseId) {
      const found = planted.get(caseId)
      if (found === undefined) throw new Error(`This site was not started for the case ${caseId}.`)
      return found
    },
    deskUrl,
    async startDesk() {
      desk = await startDesk({
        dataFolder: deskFolder,
        host: '127.0.0.1',
        port: deskPort,
        policyFile,
        workerToken,
        platforms: [{ url: hub.url, siteToken: hub.siteToken }],
        provision: {
          people: [{ ...reviewer, token: reviewerToken }],
        },
        log,
        clock: () => new Date(Date.now() + offsetMs),
      })
      // Started again it must be where the worker knows it.
      deskPort = Number(new URL(desk.url).port)
    },
    async stopDesk() {
      await desk?.close()
      desk = undefined
    },
    async startWorker() {
      worker = await startWorker(
        {
          hubUrl: hub.url,
          queueToken: hub.queueToken,
          deskUrl: deskUrl(),
          deskToken: workerToken,
          dataFolder: workerFolder,
          workerName: 'worker',
        },
        { sandbox, log, pace: { firstMs: 20, longestMs: 200 } },
      )
    },
    async stopWorker() {
      await worker?.stop()
      worker = undefined
    },
    passTime(seconds) {
      offsetMs += seconds * 1000
    },
    async [Symbol.asyncDispose]() {
      await site.stopWorker()
      await site.stopDesk()
      await listeners[Symbol.asyncDispose]()
      await hub[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await mkdir(workerFolder)
  await site.startDesk()
  await site.startWorker()
  return site
}

type Planted = ReturnType<EscapeSite['planted']>

async function plantAll(folder: string, cases: readonly EscapeCase[]): Promise<ReadonlyMap<string, Planted>> {
  const planted = new Map<string, Planted>()
  await mkdir(join(folder, 'host'))
  await mkdir(join(folder, 'private'))
  for (const { id } of cases) {
    const secret = makeSecret()
    const own = { secret, folder: join(folder, 'private', id), hostFile: join(folder, 'host', id) }
    await plantPrivateData(own.folder, secret)
    await writeFile(own.hostFile, `${secret.token}\n`, { mode: 0o644 })
    planted.set(id, own)
  }
  return planted
}

/** Strict, with limits that a test reaches soon; each case is a competition with private data of its own. */
function policyFor(cases: readonly EscapeCase[], folder: string): Readonly<Record<string, unknown>> {
  return {
    version: 1,
    site: 'Escape suite',
    review: { required: 'always', timeout: '24h' },
    retention: '1d',
    images: { 'test/*': IMAGES },
    limits: {
      memory: '256MiB',
      processes: 48,
      open_files: 128,
      output: '8MiB',
      output_files: 200,
      log: '256KiB',
      scratch: '8MiB',
      time: '60s',
      input: '8MiB',
    },
    data: cases
      .map(({ id, sees = ['scoring'] }) => ({
        competition: id,
        source: join(folder, 'private', id),
        target: '/app/private',
        runs: sees,
        // A case in which participants' code sees the data says so on purpose.
        ...(sees.some((kind) => kind !== 'scoring') ? { beside_participant_code: true } : {}),
      }))
      .filter(({ runs }) => runs.length > 0),
    competitions: Object.fromEntries(
      cases.flatMap(({ id, decimals }) => (decimals === undefined ? [] : [[id, { release: { decimals } }]])),
    ),
  }
}

/** A line of a log, with the job that it names. */
function crossLog(boundary: Boundary, line: string): void {
  const fields: unknown = JSON.parse(line)
  const jobId =
    typeof fields === 'object' && fields !== null && 'jobId' in fields ? String(fields.jobId) : undefined
  boundary.cross('log', line, jobId)
  boundary.changed()
}
