import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import yazl from 'yazl'
import { z } from 'zod'

const Account = z.object({ username: z.string(), password: z.string(), token: z.string() })
const Ready = z.object({
  hub: z.url(),
  desk: z.url(),
  organizer: Account,
  participant: Account,
  reviewer: Account,
})
type Ready = z.infer<typeof Ready>

/** A policy for tests; `timeout` in the policy's own spelling. */
export function testPolicy(given: { review?: 'always' | 'when-asked'; timeout?: string } = {}): string {
  return `version: 1
site: Test hospital
review:
  required: ${given.review ?? 'when-asked'}
  timeout: ${given.timeout ?? '24h'}
images:
  "*":
    engine: scoregate-test:latest
    bubblewrap: host
limits:
  memory: 1GiB
  output: 64MiB
`
}

/** A whole installation, started as its owner would start it, in a folder of its own; gone when disposed of. */
export async function startInstallation(
  given: {
    policy?: string
    example?: boolean
    sandbox?: 'engine' | 'bubblewrap'
    /** Variables beside the usual. */
    environment?: Readonly<Record<string, string>>
  } = {},
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-installation-'))
  const policy = join(folder, 'policy.yaml')
  await writeFile(policy, given.policy ?? testPolicy())
  const environment = {
    ...process.env,
    SCOREGATE_DATA: join(folder, 'data'),
    SCOREGATE_POLICY: policy,
    SCOREGATE_HUB_PORT: '0',
    SCOREGATE_DESK_PORT: '0',
    SCOREGATE_EXAMPLE: given.example === true ? '1' : '0',
    SCOREGATE_SANDBOX: given.sandbox ?? 'bubblewrap',
    ...given.environment,
  }
  const started = await launch(environment)
  return new Installation(folder, environment, started)
}

type Started = { child: ChildProcess; ready: Ready }

async function launch(environment: NodeJS.ProcessEnv): Promise<Started> {
  const child = spawn(process.execPath, ['dist/scoregate.js', 'start', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      out += chunk
      if (out.endsWith('}\n')) resolve(Ready.parse(JSON.parse(out)))
    })
    child.once('exit', (code) => reject(new Error(`scoregate start ended with ${code}: ${err}`)))
  })
  return { child, ready }
}

export class Installation {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  #started: Started

  constructor(folder: string, environment: NodeJS.ProcessEnv, started: Started) {
    this.folder = folder
    this.environment = environment
    this.#started = started
  }

  get ready(): Ready {
    return this.#started.ready
  }

  get dataFolder(): string {
    return join(this.folder, 'data')
  }

  /** Kills one part as a power cut would; whoever supervises it starts it again. */
  async killPart(name: 'hub' | 'desk' | 'worker'): Promise<void> {
    const pid = await this.pid(name)
    process.kill(pid, 'SIGKILL')
    await until(`another ${name}`, async () => (await this.pid(name).catch(() => pid)) !== pid)
  }

  async pid(name: 'hub' | 'desk' | 'worker'): Promise<number> {
    return Number(await readFile(join(this.dataFolder, 'processes', `${name}.pid`), 'utf8'))
  }

  /** Stops everything as Ctrl-C does; returns the exit code. */
  async stop(): Promise<number | null> {
    const { child } = this.#started
    if (child.exitCode !== null) return child.exitCode
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    return ended
  }

  async restart(): Promise<void> {
    await this.stop()
    this.#started = await launch(this.environment)
  }

  /** Asks the hub's API. */
  hub(as: 'organizer' | 'participant', method: string, path: string, body?: unknown): Promise<unknown> {
    return ask(this.ready.hub, this.ready[as].token, method, path, body)
  }

  /** Asks the desk's API, as its reviewer. */
  desk(method: string, path: string, body?: unknown): Promise<unknown> {
    return ask(this.ready.desk, this.ready.reviewer.token, method, path, body)
  }

  /** Reads every file of a hold as its reviewer, who may then release them. */
  async readFiles(hold: string): Promise<void> {
    const Files = z.object({ files: z.array(z.object({ number: z.number() })) })
    const { files } = Files.parse(await this.desk('GET', `/api/holds/${hold}`))
    const headers = { authorization: `Token ${this.ready.reviewer.token}` }
    for (const { number } of files) {
      const answer = await fetch(`${this.ready.desk}/api/holds/${hold}/files/${number}`, { headers })
      await answer.arrayBuffer()
    }
  }

  /** Uploads a bundle and returns the competition's id. */
  async createCompetition(files: BundleFiles): Promise<number> {
    const key = await this.upload('organizer', 'competition_bundle', files)
    const completed = await this.hub('organizer', 'PUT', `/api/datasets/completed/${key}/`)
    const { status_id } = z.object({ status_id: z.number() }).parse(completed)
    const Creation = z.object({
      status: z.string(),
      details: z.string().nullish(),
      resulting_competition: z.number().nullish(),
    })
    return until('a competition', async () => {
      const creation = Creation.parse(
        await this.hub('organizer', 'GET', `/api/competitions/${status_id}/creation_status/`),
      )
      if (creation.status === 'Failed') throw new Error(creation.details ?? 'no details')
      return creation.resulting_competition ?? undefined
    })
  }

  /** Uploads a submission to a phase and returns its id. */
  async submit(phase: number, files: BundleFiles): Promise<number> {
    const key = await this.upload('participant', 'submission', files)
    await this.hub('participant', 'PUT', `/api/datasets/completed/${key}/`)
    const created = await this.hub('participant', 'POST', '/api/submissions/', { phase, data: key })
    return z.object({ id: z.number() }).parse(created).id
  }

  async upload(as: 'organizer' | 'participant', type: string, files: BundleFiles): Promise<string> {
    const zip = await zipOf(files)
    const created = await this.hub(as, 'POST', '/api/datasets/', {
      type,
      request_sassy_file_name: 'file.zip',
      file_name: 'file.zip',
      file_size: zip.length,
    })
    const { key, sassy_url } = z.object({ key: z.string(), sassy_url: z.string() }).parse(created)
    const sent = await fetch(new URL(sassy_url, this.ready.hub), {
      method: 'PUT',
      headers: { 'content-type': 'application/zip' },
      body: new Uint8Array(zip),
    })
    if (!sent.ok) throw new Error(`upload answered ${sent.status}: ${await sent.text()}`)
    return key
  }

  async submission(id: number): Promise<{ status: string; status_details?: string | null | undefined }> {
    const Submission = z.object({ status: z.string(), status_details: z.string().nullish() })
    return Submission.parse(await this.hub('participant', 'GET', `/api/submissions/${id}/`))
  }

  /** Waits until a submission has one of these statuses; returns which. */
  untilStatus(id: number, ...wanted: readonly string[]): Promise<string> {
    return until(
      `submission ${id} to be ${wanted.join(' or ')}`,
      async () => {
        const { status } = await this.submission(id)
        return wanted.includes(status) ? status : undefined
      },
      async () => JSON.stringify(await this.submission(id)),
    )
  }

  /** The waiting hold of a submission, once its checks have ended. */
  async holdOf(
    submission: number,
    list: 'waiting' | 'failed' | 'decided' = 'waiting',
  ): Promise<{ id: string; digest: string }> {
    const Holds = z.object({
      holds: z.array(
        z.object({
          id: z.string(),
          digest: z.string(),
          submissionId: z.number(),
          checks: z.object({ state: z.string() }),
        }),
      ),
    })
    return until(`a hold of submission ${submission}`, async () => {
      const { holds } = Holds.parse(await this.desk('GET', `/api/holds?list=${list}`))
      return holds.find((hold) => hold.submissionId === submission && hold.checks.state === 'ended')
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function ask(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Token ${token}`,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** Polls until something is there; fails after a minute with what was last seen. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  describe: () => Promise<string> = async () => 'nothing',
): Promise<T> {
  const giveUpAt = Date.now() + 120_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > giveUpAt) throw new Error(`Waited in vain for ${what}; last seen: ${await describe()}`)
    await pause(50)
  }
}

/** Files by name, as text or as bytes. */
export type BundleFiles = Readonly<Record<string, string | Buffer>>

/** A zip of these files. */
export async function zipOf(files: BundleFiles): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [name, content] of Object.entries(files))
    zip.addBuffer(typeof content === 'string' ? Buffer.from(content) : content, name)
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** A small competition for results submissions whose scoring program is the given Python text. */
export function smallBundle(scoringProgram: string, given: { review: boolean } = { review: true }) {
  return {
    'competition.yaml': `version: 2
title: Small
image: logo.png
terms: terms.md
registration_auto_approve: true
docker_image: python:3.11-slim
human_in_the_loop: ${given.review}
pages:
  - {title: Overview, file: overview.md}
tasks:
  - {index: 0, name: T, scoring_program: scoring/, reference_data: truth/}
phases:
  - {name: Main, start: "2025-01-01 00:00:00", tasks: [0], max_submissions: 1000, max_submissions_per_day: 1000, execution_time_limit: 20}
leaderboards:
  - title: Results
    key: main
    submission_rule: Force_Last
    columns:
      - {title: Accuracy, key: acc, index: 0, sorting: desc, precision: 3}
`,
    'logo.png': readFileSync('examples/sepsis-early-warning/bundle/logo.png'),
    'terms.md': 'Be kind.',
    'overview.md': '# Small',
    'truth/labels.csv': 'a,1\nb,0\n',
    'scoring/metadata.yaml': 'command: python3 /app/program/score.py\n',
    'scoring/score.py': scoringProgram,
  }
}
