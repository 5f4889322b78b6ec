import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BLOBS_PATH, DEPOSITS_PATH, type Deposit, DepositReceipt } from '@scoregate/protocol/deposit'
import pino from 'pino'
import { HoldDetails, HoldPage } from './api/hold-api.ts'
import type { DeskConfig } from './config.ts'
import { type DepositGiven, HONEST_RUN, makeDeposit, sha256Of } from './deposit-rig.ts'
import { type PlatformRig, SITE_TOKEN, startPlatform } from './platform-rig.ts'
import { changeRecords, copyHold, lockRecords, noteAllSeen, untilChecksEnded } from './records-rig.ts'
import { ensureSitePublicKey } from './site/site-key.ts'
import { type RunningDesk, type StartedDesk, startDesk } from './start-desk.ts'
import { until } from './until-rig.ts'

export const METRICS_TOKEN = 'metrics-token-of-the-test'
export const WORKER_TOKEN = 'worker-token-of-the-test'
const REVIEWERS = ['first-reviewer', 'second-reviewer'] as const
export const PASSWORD = 'a long enough password'

/** A policy that holds everything for a day, unless lines are given in its place. */
export const POLICY = `version: 1
site: Test site
review: { required: always, timeout: 24h }
retention: 1d
images: {}
`

/** What a desk of a test is started with: all that can be passed on to another process. */
export type RigDeskConfig = Omit<DeskConfig, 'log' | 'clock' | 'monotonic' | 'checkThread'>
/** Starts a desk for a test, in this process or in another. */
export type DeskStarter = (config: RigDeskConfig) => Promise<RunningDesk>

/** A real desk over a temporary folder, and a real platform that records what reaches it. */
export class DeskRig {
  readonly folder: string
  readonly platform: PlatformRig
  readonly log: string[] = []
  /** What this desk is started with beside the usual; a test may change it between two starts. */
  config: Partial<RigDeskConfig>
  readonly #isElsewhere: boolean
  readonly #start: DeskStarter
  #desk: RunningDesk | undefined
  #app: StartedDesk['app'] | undefined
  #passedMilliseconds = 0
  #jumpedMilliseconds = 0
  #jobs = 0
  #checkThread: URL | undefined

  private constructor(
    folder: string,
    platform: PlatformRig,
    {
      config = {},
      startWith,
    }: { config?: Partial<RigDeskConfig> | undefined; startWith?: DeskStarter | undefined },
  ) {
    this.folder = folder
    this.config = config
    this.platform = platform
    this.#start = startWith ?? ((config) => this.#startHere(config))
    this.#isElsewhere = startWith !== undefined
  }

  /** `checkThread` runs in place of the thread of the checks. */
  static async start(
    given: {
      policy?: string
      config?: Partial<RigDeskConfig>
      startWith?: DeskStarter
      checkThread?: URL
    } = {},
  ): Promise<DeskRig> {
    const folder = await mkdtemp(join(tmpdir(), 'scoregate-desk-'))
    const rig = new DeskRig(folder, await startPlatform(), given)
    rig.#checkThread = given.checkThread
    rig.platform.trust(await ensureSitePublicKey(rig.dataFolder))
    await writeFile(join(folder, 'policy.yaml'), given.policy ?? POLICY)
    await rig.startDesk()
    return rig
  }

  get dataFolder(): string {
    return join(this.folder, 'data')
  }

  get #recordsFile(): string {
    return join(this.dataFolder, 'records.db')
  }

  async startDesk(): Promise<void> {
    this.#desk = await this.#start({
      dataFolder: this.dataFolder,
      host: '127.0.0.1',
      port: 0,
      policyFile: join(this.folder, 'policy.yaml'),
      workerToken: WORKER_TOKEN,
      metricsToken: METRICS_TOKEN,
      platforms: [{ url: this.platform.url, siteToken: SITE_TOKEN }],
      provision: {
        people: REVIEWERS.map((username) => ({ username, password: PASSWORD, token: tokenOf(username) })),
        signInLinks: [
          { username: REVIEWERS[0], token: 'link-token', validUntil: new Date(Date.now() + 3_600_000) },
        ],
      },
      ...this.config,
    })
  }

  async #startHere(config: RigDeskConfig): Promise<RunningDesk> {
    const desk = await startDesk({
      ...config,
      log: pino({ level: 'info' }, { write: (line: string) => void this.log.push(line) }),
      clock: () => new Date(Date.now() + this.#passedMilliseconds + this.#jumpedMilliseconds),
      monotonic: () => performance.now() + this.#passedMilliseconds,
      ...(this.#checkThread === undefined ? {} : { checkThread: this.#checkThread }),
    })
    this.#app = desk.app
    return desk
  }

  /** The routes of a desk in this process. */
  get app(): StartedDesk['app'] {
    if (this.#app === undefined) throw new Error('The desk does not run in this process.')
    return this.#app
  }

  /** From the next start on, the desk has its own thread for the checks. */
  useOwnCheckThread(): void {
    this.#checkThread = undefined
  }

  get url(): string {
    if (this.#desk === undefined) throw new Error('The desk does not run.')
    return this.#desk.url
  }

  async stopDesk(): Promise<void> {
    await this.#desk?.close()
    this.#desk = undefined
  }

  /** Lets time pass for the desk. */
  passTime(seconds: number): void {
    this.#passedMilliseconds += seconds * 1000
  }

  /** Sets the clock of the desk's machine ahead or back, while no time passes. */
  setClock(seconds: number): void {
    this.#jumpedMilliseconds += seconds * 1000
  }

  /** As `setClock`, and waits until the desk has noticed. */
  async jumpClock(seconds: number): Promise<void> {
    const jumps = () => this.log.filter((line) => line.includes('"jumpSeconds"')).length
    const before = jumps()
    this.setClock(seconds)
    if (this.#desk !== undefined) await until('the jump to be noticed', () => jumps() > before || undefined)
  }

  /** Where the vault keeps a blob. */
  blobFile(content: string | Buffer): string {
    const sha256 = sha256Of(content)
    return join(this.folder, 'data', 'vault', sha256.slice(0, 2), sha256.slice(2))
  }

  async blobCount(): Promise<number> {
    const names = await readdir(join(this.folder, 'data', 'vault'), { recursive: true, withFileTypes: true })
    return names.filter((entry) => entry.isFile()).length
  }

  makeDeposit(given: DepositGiven = {}): Deposit {
    const count = given.jobId === undefined ? ++this.#jobs : this.#jobs
    return makeDeposit({
      jobId: `job-${count}`,
      submissionId: count + 100,
      platform: this.platform.url,
      ...given,
    })
  }

  /** Does what a worker does, and waits for the end of the checks; returns the hold's identifier. */
  async deposit(given: DepositGiven = {}): Promise<{ id: string; deposit: Deposit }> {
    const deposited = await this.depositUnchecked(given)
    await this.untilChecked(deposited.id)
    return deposited
  }

  /**
   * Waits for the end of the checks by looking into the records, since asking the desk is an act on its chain. A desk on a
   * disk of its own has its records where nobody else can look.
   */
  async untilChecked(id: string): Promise<void> {
    if (this.#isElsewhere) {
      await until(
        `the checks of hold ${id} to end`,
        async () => (await this.show(id)).checks?.state === 'ended',
      )
      return
    }
    await untilChecksEnded(this.#recordsFile, id)
  }

  /** As `deposit`, without waiting for the checks. */
  async depositUnchecked(given: DepositGiven = {}): Promise<{ id: string; deposit: Deposit }> {
    const deposit = this.makeDeposit(given)
    for (const content of new Set(Object.values(given.files ?? HONEST_RUN))) await this.putBlob(content)
    const answer = await this.postDeposit(deposit)
    if (!answer.ok) throw new Error(`the deposit was answered with ${answer.status}: ${await answer.text()}`)
    return { id: DepositReceipt.parse(await answer.json()).holdId, deposit }
  }

  /** Fills the records with copies of a hold, as many deposits would: far faster than making each. */
  copyHold(id: string, count: number): Promise<void> {
    return copyHold(this.#recordsFile, id, count)
  }

  /** Changes the records behind the back of the desk. */
  changeRecords(statement: string, values: readonly unknown[]): Promise<void> {
    return changeRecords(this.#recordsFile, statement, values)
  }

  /** Locks the records as another program might, until the answer is called. */
  lockRecords(): Promise<() => Promise<void>> {
    return lockRecords(this.#recordsFile)
  }

  putBlob(content: string | Buffer, name: string = sha256Of(content)): Promise<Response> {
    return fetch(`${this.url}${BLOBS_PATH}/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${WORKER_TOKEN}` },
      body: new Uint8Array(Buffer.from(content)),
    })
  }

  postDeposit(deposit: unknown, token = WORKER_TOKEN): Promise<Response> {
    return fetch(`${this.url}${DEPOSITS_PATH}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(deposit),
    })
  }

  /** Asks the API as a reviewer. */
  api(path: string, body?: unknown, reviewer: string = REVIEWERS[0]): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Token ${tokenOf(reviewer)}`, 'content-type': 'application/json' },
    })
  }

  async list(list: 'waiting' | 'failed' | 'decided'): Promise<HoldPage> {
    return HoldPage.parse(await (await this.api(`/api/holds?list=${list}`)).json())
  }

  async show(id: string): Promise<HoldDetails> {
    return HoldDetails.parse(await (await this.api(`/api/holds/${id}`)).json())
  }

  /** As if a reviewer had been shown every file of a hold; by the records, where nothing of it is on the chain. */
  async seeAll(id: string, reviewer: string = REVIEWERS[0]): Promise<void> {
    if (!this.#isElsewhere) return noteAllSeen(this.#recordsFile, { id, reviewer })
    for (const { number } of (await this.show(id)).files)
      await (await this.api(`/api/holds/${id}/files/${number}`, undefined, reviewer)).arrayBuffer()
  }

  /** Approves a hold whose files this reviewer has seen. */
  async approve(id: string, artefacts?: readonly string[]): Promise<Response> {
    await this.seeAll(id)
    const { digest } = await this.show(id)
    return this.api(`/api/holds/${id}/decision`, {
      digest,
      decision: 'approve',
      ...(artefacts === undefined ? {} : { artefacts }),
    })
  }

  async reject(id: string): Promise<Response> {
    const { digest } = await this.show(id)
    return this.api(`/api/holds/${id}/decision`, { digest, decision: 'reject', reason: 'private-data' })
  }

  unclaim(id: string, reviewer: string = REVIEWERS[0]): Promise<Response> {
    return fetch(`${this.url}/api/holds/${id}/claim`, {
      method: 'DELETE',
      headers: { authorization: `Token ${tokenOf(reviewer)}` },
    })
  }

  /** The cookie of a new session of this reviewer. */
  async cookieOf(reviewer: string): Promise<string> {
    const answer = await fetch(`${this.url}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ username: reviewer, password: PASSWORD }),
    })
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }

  /** Signs in as a browser does, with nothing but a form. */
  async signIn(reviewer: string = REVIEWERS[0]): Promise<{
    get(path: string, headers?: Record<string, string>): Promise<Response>
    post(path: string, fields: [string, string][]): Promise<Response>
  }> {
    const cookie = await this.cookieOf(reviewer)
    return {
      get: (path, headers = {}) =>
        fetch(`${this.url}${path}`, { headers: { ...headers, cookie }, redirect: 'manual' }),
      post: (path, fields) =>
        fetch(`${this.url}${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie },
          body: new URLSearchParams(fields),
        }),
    }
  }

  /** The outcomes that the platform accepted for a job, by kind. */
  told(digest: string): string[] {
    return this.platform.outcomes.filter((outcome) => outcome.hold === digest).map((outcome) => outcome.kind)
  }

  async untilState(id: string, state: string): Promise<HoldDetails> {
    return until(`hold ${id} to be ${state}`, async () => {
      const hold = await this.show(id)
      return hold.state === state ? hold : undefined
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopDesk()
    await this.platform.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function tokenOf(username: string): string {
  return `token-of-${username}`
}
