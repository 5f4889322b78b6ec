import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pino from 'pino'
import yazl from 'yazl'
import { z } from 'zod'
import { startHub } from '../start-hub.ts'
import { SESSION_COOKIE } from './paths.ts'

const islands = fileURLToPath(new URL('../islands/', import.meta.url))
const example = fileURLToPath(new URL('../../../../examples/sepsis-early-warning/bundle/', import.meta.url))
const PASSWORD = 'a few words to remember'

/** A hub with the example competition, an organizer and a participant, in a folder of its own. */
export async function startTestHub() {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-hub-pages-'))
  const islandsFolder = join(folder, 'islands')
  const files = (await readdir(islands)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  await build({
    entryPoints: files.map((name) => join(islands, name)),
    outdir: islandsFolder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
  const person = (username: string) => ({
    username,
    password: PASSWORD,
    token: `token-of-${username}-0123456789abcdef`,
  })
  const running = await startHub({
    dataFolder: join(folder, 'hub'),
    host: '127.0.0.1',
    port: 0,
    islandsFolder,
    log: pino({ level: 'silent' }),
    provision: {
      people: [person('organizer'), person('participant')],
      queues: [{ name: 'local', workerToken: 'worker-token-0123456789', siteToken: 'site-token-0123456789' }],
      signInLinks: [
        { username: 'participant', token: 'link-token', validUntil: new Date(Date.now() + 60_000) },
      ],
      example: {
        folder: fileURLToPath(new URL('../../../../examples/sepsis-early-warning/', import.meta.url)),
        organizer: 'organizer',
        participants: ['participant'],
      },
    },
  })
  const api = <Answer>(as: Username, request: Request, answer: z.ZodType<Answer>) =>
    ask(running.url, person(as).token, request, answer)

  async function upload(
    as: Username,
    type: string,
    fileName: string,
    content: Buffer,
  ): Promise<Completed & { key: string }> {
    const body = { type, request_sassy_file_name: fileName, file_name: fileName }
    const { key, sassy_url } = await api(as, { method: 'POST', path: '/api/datasets/', body }, Created)
    const put = await fetch(new URL(sassy_url, running.url), { method: 'PUT', body: new Uint8Array(content) })
    if (!put.ok) throw new Error(`The upload was answered ${put.status}: ${await put.text()}`)
    const completed = await api(as, { method: 'PUT', path: `/api/datasets/completed/${key}/` }, Completed)
    return { ...completed, key }
  }

  return {
    url: running.url,

    /** A submission of the participant to the first phase, by the API. */
    async submit(fileName: string): Promise<number> {
      const { key } = await upload(
        'participant',
        'submission',
        fileName,
        await zipOf('predictions.csv', 'patient_id,risk'),
      )
      const competition = await api('participant', { method: 'GET', path: '/api/competitions/1/' }, Phases)
      const body = { phase: competition.phases[0]?.id, data: key }
      return (await api('participant', { method: 'POST', path: '/api/submissions/', body }, Made)).id
    },

    /** Cancels as a script of the participant would. */
    async cancel(id: number): Promise<void> {
      await api(
        'participant',
        { method: 'GET', path: `/api/submissions/${id}/cancel_submission/` },
        z.unknown(),
      )
    },

    /** A competition of the organizer, by the API. */
    async createCompetition(bundle: Buffer): Promise<number> {
      const { status_id } = await upload('organizer', 'competition_bundle', 'bundle.zip', bundle)
      for (;;) {
        const path = `/api/competitions/${status_id}/creation_status/`
        const creation = await api('organizer', { method: 'GET', path }, Creation)
        if (creation.resulting_competition !== null) return creation.resulting_competition
        if (creation.status === 'Failed') throw new Error(creation.details)
        await pause(50)
      }
    },

    visitor: () => new Visitor(running.url),
    async signedIn(username: Username): Promise<Visitor> {
      const visitor = new Visitor(running.url)
      await visitor.post('/sign-in', { username, password: PASSWORD, next: '/' })
      return visitor
    },
    async [Symbol.asyncDispose]() {
      await running.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Username = 'organizer' | 'participant'
type Request = { method: string; path: string; body?: unknown }
const Created = z.object({ key: z.string(), sassy_url: z.string() })
const Completed = z.object({ status_id: z.number().optional() })
type Completed = z.infer<typeof Completed>
const Made = z.object({ id: z.number() })
const Phases = z.object({ phases: z.array(Made) })
const Creation = z.object({
  status: z.string(),
  details: z.string(),
  resulting_competition: z.number().nullable(),
})

async function ask<Answer>(
  url: string,
  token: string,
  request: Request,
  answer: z.ZodType<Answer>,
): Promise<Answer> {
  const response = await fetch(new URL(request.path, url), {
    method: request.method,
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  })
  const text = await response.text()
  if (!response.ok)
    throw new Error(`${request.method} ${request.path} was answered ${response.status}: ${text}`)
  return answer.parse(JSON.parse(text))
}

export type TestHub = Awaited<ReturnType<typeof startTestHub>>
export type Shown = { status: number; html: string; location: string | null; headers: Headers }

/** A browser without script, as far as pages and forms go: keeps cookies, sends the forgery token of the last page. */
export class Visitor {
  readonly #url: string
  readonly #cookies = new Map<string, string>()
  csrf = ''

  constructor(url: string) {
    this.#url = url
  }

  get session(): string {
    return this.#cookies.get(SESSION_COOKIE) ?? ''
  }

  async get(path: string): Promise<Shown> {
    const shown = await this.#send(path, {})
    this.csrf = /name="csrf" value="([^"]+)"/.exec(shown.html)?.[1] ?? this.csrf
    return shown
  }

  /** Sends a form with the token of the last page; an answer that leads elsewhere is not followed. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Shown> {
    return this.#send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrf: this.csrf, ...fields }).toString(),
    })
  }

  async #send(
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Shown> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(new URL(path, this.#url), {
      ...init,
      headers: { ...init.headers, cookie },
      redirect: 'manual',
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return {
      status: answer.status,
      html: await answer.text(),
      location: answer.headers.get('location'),
      headers: answer.headers,
    }
  }
}

/** The example's bundle as a zip, some of its files replaced. */
export async function exampleBundle(replaced: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const entry of await readdir(example, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const name = file.slice(example.length)
    zip.addBuffer(Buffer.from(replaced[name] ?? (await readFile(file))), name)
  }
  return finished(zip)
}

/** A small zip with one file. */
export async function zipOf(name: string, content: string | Buffer): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  zip.addBuffer(Buffer.from(content), name, { compress: false })
  return finished(zip)
}

async function finished(zip: yazl.ZipFile): Promise<Buffer> {
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
