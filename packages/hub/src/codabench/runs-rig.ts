import { openRecords } from '@scoregate/storage/records'
import { createLinkSigner } from '@scoregate/web/signed-links'
import { WebSocket } from 'ws'
import { BUNDLE_YAML, bundle } from '../bundle-rig.ts'
import { type HubRig, startHubRig } from '../hub-rig.ts'
import type { HubTables } from '../migrations/hub-tables.ts'
import type { RunFileName } from './run-files.ts'
import { createRunLinks } from './run-links.ts'

/** The answer to a worker. */
export type Heard = { readonly status: number; readonly body: unknown; readonly text: string }

/**
 * A hub with a queue of Codabench workers and no broker: what is published stays in the outbox, and the test says what a
 * worker would. Its clock stands still until it is moved.
 */
export type RunsRig = AsyncDisposable & {
  readonly hub: HubRig
  readonly competition: number
  readonly phase: number
  submit(extra?: object): Promise<number>
  secret(id: number): Promise<string>
  /** A word as a worker sends it: a form. */
  say(id: number, fields: Record<string, string>, secret?: string): Promise<Heard>
  post(id: number, scores: unknown, secret?: string): Promise<Heard>
  put(id: number, name: RunFileName, content: string, type?: string): Promise<Heard>
  link(method: 'get' | 'put', id: number, name: RunFileName): Promise<string>
  /** Opens a socket for a live log and sends frames; returns whether the handshake was accepted. */
  print(
    address: { user: number; id: number; secret: string },
    frames: readonly (string | Buffer)[],
  ): Promise<boolean>
  /** The kinds of jobs in the outbox of a submission. */
  jobs(id: number): Promise<string[]>
  withDatabase<T>(
    use: (db: Awaited<ReturnType<typeof openRecords<HubTables>>>['db']) => Promise<T>,
  ): Promise<T>
}

export async function startRunsRig({ phase: phaseSettings = '' } = {}): Promise<RunsRig> {
  const hub = await startHubRig({ maxArtefactBytes: 100_000 })
  const yaml = BUNDLE_YAML.replace('human_in_the_loop: true', 'enable_detailed_results: true')
    .replace('tasks: [0]}', `tasks: [0, 1], max_submissions_per_day: 0${phaseSettings}}`)
    .replace('phases:', '  - {index: 1, name: U, scoring_program: scoring/}\nphases:')
    .replace('key: acc, index: 0,', 'key: acc, index: 0, range: [0, 1],')
  const { id: competition, phases } = await hub.createCompetition(bundle(yaml))
  const taskIds = phases[0]?.tasks.map((task) => task.id) ?? []

  const withDatabase: RunsRig['withDatabase'] = async (use) => {
    const records = await openRecords<HubTables>(`${hub.dataFolder}/hub.db`)
    try {
      return await use(records.db)
    } finally {
      await records.close()
    }
  }
  await withDatabase(async (db) => {
    await db
      .insertInto('queue')
      .values({
        id: 50,
        name: 'theirs',
        kind: 'codabench',
        owner_id: null,
        deleted_at: null,
        worker_token_hash: 'none',
        site_token_hash: 'none',
      })
      .execute()
    await db
      .insertInto('broker_queue')
      .values({ queue_id: 50, vhost: 'theirs', state: 'ready', username: null })
      .execute()
    await db.updateTable('competition').set({ queue_id: 50 }).execute()
  })
  const send = async (method: string, url: string, body: string, type: string): Promise<Heard> => {
    const answer = await fetch(url, { method, headers: { 'content-type': type }, body })
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text, text }
  }
  const rig: RunsRig = {
    hub,
    competition,
    phase: phases[0]?.id ?? 0,
    withDatabase,

    submit: (extra = { tasks: taskIds.slice(0, 1) }) =>
      hub.submit(phases[0]?.id ?? 0, hub.participant, extra),

    async secret(id) {
      const run = await withDatabase((db) =>
        db
          .selectFrom('broker_run')
          .select('secret')
          .where('submission_id', '=', id)
          .executeTakeFirstOrThrow(),
      )
      return run.secret ?? ''
    },

    async say(id, fields, secret) {
      const body = new URLSearchParams({ ...fields, secret: secret ?? (await rig.secret(id)) }).toString()
      return send('PATCH', `${hub.url}/api/submissions/${id}/`, body, 'application/x-www-form-urlencoded')
    },

    async post(id, scores, secret) {
      const body = JSON.stringify({ secret: secret ?? (await rig.secret(id)), scores })
      return send('POST', `${hub.url}/api/upload_submission_scores/${id}/`, body, 'application/json')
    },

    async put(id, name, content, type = name === 'detailed_results' ? 'text/html' : 'application/zip') {
      return send('PUT', await rig.link('put', id, name), content, type)
    },

    async link(method, submissionId, name) {
      const { value } = await withDatabase((db) =>
        db
          .selectFrom('setting')
          .select('value')
          .where('name', '=', 'link-signing-key')
          .executeTakeFirstOrThrow(),
      )
      const links = createRunLinks({ signer: createLinkSigner(value, hub.now), clock: hub.now })
      return hub.url + links[method]({ submissionId, name })
    },

    async print({ user, id, secret }, frames) {
      const socket = new WebSocket(
        `${hub.url.replace('http', 'ws')}/submission_input/${user}/${id}/${secret}/?kind=program`,
      )
      socket.on('error', () => undefined)
      const opened = new Promise((resolve) => socket.on('open', () => resolve(true)))
      const closed = new Promise((resolve) => socket.on('close', () => resolve(false)))
      if ((await Promise.race([opened, closed])) === false) return false
      for (const frame of frames) socket.send(frame, { binary: typeof frame !== 'string' })
      socket.close()
      await closed
      return true
    },

    async jobs(id) {
      const rows = await withDatabase((db) =>
        db.selectFrom('broker_message').select('kind').where('submission_id', '=', id).execute(),
      )
      return rows.map((row) => row.kind)
    },

    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  }
  return rig
}
