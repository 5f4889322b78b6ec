import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Digest } from '@scoregate/protocol/digest'
import { z } from 'zod'

/** The engine answered, but not with what was asked for; `status` is HTTP's, the message the engine's own. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const ErrorReply = z.object({ message: z.string() })
const CreateReply = z.object({ Id: z.string().min(1), Warnings: z.array(z.string()).nullish() })
const WaitReply = z.object({ StatusCode: z.number().int() })
const ContainerReply = z.object({
  Id: z.string(),
  State: z.object({
    Running: z.boolean(),
    OOMKilled: z.boolean().default(false),
    ExitCode: z.number().int(),
  }),
})
const ContainerList = z.array(z.object({ Id: z.string(), Names: z.array(z.string()).nullish() }))
const ImageReply = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z.object({ Volumes: z.record(z.string(), z.unknown()).nullish() }).nullish(),
})
const PullLine = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
})
type PullLine = z.infer<typeof PullLine>
const ImageList = z.array(z.object({ Id: z.string() }))
const InfoReply = z.object({
  MemoryLimit: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  CpuCfsQuota: z.boolean().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
  OSType: z.string().optional(),
  ServerVersion: z.string().optional(),
  CgroupVersion: z.string().optional(),
})

/** What the engine says about one container; of its many fields, those that decide how a run ended. */
export type ContainerState = z.infer<typeof ContainerReply>['State']
/** What the engine says about its host. */
export type EngineInfo = z.infer<typeof InfoReply>
/** An image as the engine knows it. */
export type EngineImage = {
  readonly id: string
  /** The id as a digest: it is the SHA-256 of the image's configuration, which names the digest of each of its layers. */
  readonly digest: Digest | undefined
  /** `name@sha256:…`, for each registry that the image came from. */
  readonly repositoryDigests: readonly string[]
  readonly volumes: readonly string[]
}

// Routes without a version: every engine answers them in its newest version, while Docker refuses versions older
// than its minimum (1.44 since Docker 29) and Debian 12 has 1.41.
const QUICK_ANSWER_MS = 60_000

/**
 * The few routes of the Docker Engine API that confined runs need, over a Unix socket; Podman serves the same ones.
 * Every method throws {@link EngineRefusal} for an answer it does not expect, and the transport's error when there is
 * no answer.
 */
export class EngineClient {
  readonly socketPath: string

  constructor(socketPath: string) {
    this.socketPath = socketPath
  }

  /** Whether an engine answers at the socket. */
  async ping(): Promise<boolean> {
    const { status } = await this.exchange({ path: '/_ping', timeout: 5_000 })
    return status === 200
  }

  async info(): Promise<EngineInfo> {
    return InfoReply.parse(await this.json({ path: '/info' }))
  }

  async findImage(name: string): Promise<EngineImage | undefined> {
    const answer = await this.exchange({ path: `/images/${encodeURIComponent(name)}/json` })
    if (answer.status === 404) return undefined
    const image = ImageReply.parse(parsedBody(answer))
    return {
      id: image.Id,
      digest: Digest.safeParse(image.Id.replace(/^sha256:/, '')).data,
      repositoryDigests: image.RepoDigests ?? [],
      volumes: Object.keys(image.Config?.Volumes ?? {}),
    }
  }

  /** Makes a container, not started, of images that the engine has; nothing is fetched. */
  async createContainer(name: string, settings: object): Promise<{ id: string; warnings: string[] }> {
    const reply = CreateReply.parse(
      await this.json(
        { method: 'POST', path: `/containers/create?name=${encodeURIComponent(name)}` },
        settings,
      ),
    )
    return { id: reply.Id, warnings: reply.Warnings ?? [] }
  }

  /**
   * The framed output of a container, from its first byte when called before the start. It asks for no `logs`: without a
   * log driver the engine would write an error of its own into the program's stdout and then hang.
   */
  async attach(container: string): Promise<IncomingMessage> {
    const reply = await this.send({
      method: 'POST',
      path: `/containers/${container}/attach?stream=1&stdout=1&stderr=1`,
      timeout: 0,
    })
    if (reply.statusCode !== 200) throw await refusalOf(reply)
    return reply
  }

  async start(container: string): Promise<void> {
    await this.expect([204, 304], { method: 'POST', path: `/containers/${container}/start` })
  }

  /** Resolves with the exit code when the container does not run (any more). */
  async wait(container: string, signal: AbortSignal): Promise<number> {
    const path = `/containers/${container}/wait`
    return WaitReply.parse(await this.json({ method: 'POST', path, timeout: 0, signal })).StatusCode
  }

  /** Kills every process of the container at once; no complaint if it does not run. */
  async kill(container: string): Promise<void> {
    await this.expect([204, 404, 409], { method: 'POST', path: `/containers/${container}/kill?signal=KILL` })
  }

  /** Removes container and anonymous volumes, running or not; no complaint if there is none, or if it is being removed. */
  async removeContainer(container: string): Promise<void> {
    await this.expect([200, 204, 404, 409], {
      method: 'DELETE',
      path: `/containers/${container}?force=1&v=1`,
    })
  }

  /** `undefined`: the engine does not know it. */
  async findContainer(container: string): Promise<ContainerState | undefined> {
    const answer = await this.exchange({ path: `/containers/${container}/json` })
    return answer.status === 404 ? undefined : ContainerReply.parse(parsedBody(answer)).State
  }

  /**
   * Fetches an image from its registry; `digest` is `sha256:…`. Yields what the engine says of it, a line at a time, as long as
   * it says something; a failure is one of its lines.
   */
  async *pullImage(name: string, digest: string, signal: AbortSignal): AsyncGenerator<PullLine> {
    const path = `/images/create?fromImage=${encodeURIComponent(name)}&tag=${encodeURIComponent(digest)}`
    const reply = await this.send({ method: 'POST', path, timeout: 0, signal })
    if (reply.statusCode !== 200) throw await refusalOf(reply)
    let text = ''
    for await (const chunk of reply.setEncoding('utf8')) {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) if (line.trim() !== '') yield PullLine.parse(JSON.parse(line))
    }
  }

  /** The id of some image that the engine has; `undefined` if it has none. */
  async findAnyImage(): Promise<string | undefined> {
    return ImageList.parse(await this.json({ path: '/images/json' }))[0]?.Id
  }

  /** The ids of all containers, running or not, that carry the label. */
  async listContainers(label: string): Promise<{ id: string; names: string[] }[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
    const list = ContainerList.parse(await this.json({ path: `/containers/json?all=1&filters=${filters}` }))
    return list.map((each) => ({
      id: each.Id,
      names: (each.Names ?? []).map((name) => name.replace(/^\//, '')),
    }))
  }

  private async expect(statuses: readonly number[], options: RequestOptions): Promise<void> {
    const answer = await this.exchange(options)
    if (!statuses.includes(answer.status)) throw new EngineRefusal(answer.status, messageIn(answer.body))
  }

  private async json(options: RequestOptions, body?: object): Promise<unknown> {
    return parsedBody(await this.exchange(options, body))
  }

  private async exchange(options: RequestOptions, body?: object): Promise<Answer> {
    const reply = await this.send(options, body)
    return { status: reply.statusCode ?? 0, body: await readAll(reply) }
  }

  private send(options: RequestOptions, body?: object): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    return new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath: this.socketPath,
        // One connection a call: an attached stream keeps its own for the whole run.
        agent: false,
        timeout: QUICK_ANSWER_MS,
        headers: payload && { 'Content-Type': 'application/json', 'Content-Length': payload.length },
        ...options,
      })
      outgoing.on('timeout', () =>
        outgoing.destroy(
          new Error(`the engine at ${this.socketPath} did not answer ${options.path} in time`),
        ),
      )
      outgoing.on('error', reject)
      outgoing.on('response', resolve)
      outgoing.end(payload)
    })
  }
}

type Answer = { readonly status: number; readonly body: string }

function parsedBody(answer: Answer): unknown {
  if (answer.status < 200 || answer.status > 299)
    throw new EngineRefusal(answer.status, messageIn(answer.body))
  return JSON.parse(answer.body)
}

async function refusalOf(reply: IncomingMessage): Promise<EngineRefusal> {
  return new EngineRefusal(reply.statusCode ?? 0, messageIn(await readAll(reply)))
}

async function readAll(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of reply) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function messageIn(body: string): string {
  try {
    return ErrorReply.parse(JSON.parse(body)).message
  } catch {
    return body.slice(0, 500)
  }
}
