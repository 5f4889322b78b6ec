import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openDiskBlobs } from '@scoregate/storage/blobs-disk'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords } from '@scoregate/storage/records'
import { ACCOUNT_MIGRATIONS, type Accounts, createAccounts } from '@scoregate/web/accounts'
import { newSecret } from '@scoregate/web/secrets'
import { startServer } from '@scoregate/web/server'
import { createLinkSigner } from '@scoregate/web/signed-links'
import { createApp } from './app.ts'
import { createLogSocket } from './codabench/log-socket.ts'
import { openHubBroker } from './codabench/open-hub-broker.ts'
import { createPublisher } from './codabench/publisher.ts'
import { sweepRuns } from './codabench/sweep-runs.ts'
import { DEFAULT_LIMITS, type HubConfig, type HubProvision } from './config.ts'
import { createHub, type HubParts } from './create-hub.ts'
import { loadExample } from './load-example.ts'
import { HUB_MIGRATIONS } from './migrations/hub-migrations.ts'
import type { HubDb, HubTables } from './migrations/hub-tables.ts'
import { renewLeases, sweepJobs } from './queues/sweep.ts'

export type RunningHub = {
  /** Where the hub listens. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts a hub over its data folder: opens and migrates its records, makes what is provisioned, takes up what a killed
 * hub left, and listens. Throws `ScoregateError` (port taken, newer database, ...); then nothing is left open.
 */
export async function startHub(config: HubConfig): Promise<RunningHub> {
  const { dataFolder, log } = config
  const clock = config.clock ?? (() => new Date())
  const limits = { ...DEFAULT_LIMITS, ...config.limits }
  const scratchFolder = join(dataFolder, 'scratch')
  await rm(scratchFolder, { recursive: true, force: true })
  await mkdir(scratchFolder, { recursive: true, mode: 0o700 })
  const records = await openRecords<HubTables>(join(dataFolder, 'hub.db'))
  try {
    const { db } = records
    await migrate(db, [...ACCOUNT_MIGRATIONS, ...HUB_MIGRATIONS])
    const blobs = await openDiskBlobs(join(dataFolder, 'blobs'))
    const accounts = createAccounts(db, clock)
    let listensAt = ''
    const publicUrl = () => config.publicUrl?.replace(/\/$/, '') ?? listensAt
    const signer = createLinkSigner(await ensureSigningKey(db), clock)
    const hubBroker = config.broker && (await openHubBroker(config.broker, log))
    const given = { db, blobs, clock, log, signer, publicUrl, scratchFolder, limits, hubBroker, ...limits }
    const parts = createHub(given)
    await renewLeases(db, new Date(clock().getTime() + limits.leaseSeconds * 1000))
    await provision(parts, accounts, config.provision ?? {})
    await parts.creation.resume()
    const { example } = config.provision ?? {}
    if (example !== undefined) await loadExample({ db, blobs, accounts, parts }, example)

    const app = createApp({
      parts,
      accounts,
      blobs,
      clock,
      log,
      publicUrl,
      islandsFolder: config.islandsFolder,
      maxArtefactBytes: limits.maxArtefactBytes,
    })
    const logSocket = createLogSocket(parts.runs)
    const { host, port } = config
    const server = await startServer({ app, host, port, onUpgrade: logSocket.upgrade })
    listensAt = server.url
    const stopSweeping = startSweeping({ db, clock, log, ...parts, ...limits })
    const publisher =
      hubBroker &&
      createPublisher({
        ...given,
        ...parts,
        ...hubBroker,
        publicUrl: () => hubBroker.settings.hubForWorkers ?? publicUrl(),
        idleMs: limits.sweepSeconds * 1000,
      })
    log.info({ url: server.url }, 'The hub is up.')
    return {
      url: server.url,
      async close() {
        await stopSweeping()
        await publisher?.stop()
        parts.wakeUps.close()
        logSocket.close()
        await server.close()
        await parts.creation.settled()
        await hubBroker?.broker.close()
        await records.close()
      },
    }
  } catch (error) {
    await records.close()
    throw error
  }
}

async function provision(parts: HubParts, accounts: Accounts, wanted: HubProvision): Promise<void> {
  for (const person of wanted.people ?? []) await accounts.ensurePerson(person)
  for (const queue of wanted.queues ?? []) await parts.queues.ensure(queue)
  for (const { username, token, validUntil } of wanted.signInLinks ?? []) {
    const person = await accounts.findPersonByUsername(username)
    if (person === undefined)
      throw new Error(`A sign-in link was wanted for "${username}", who has no account.`)
    await accounts.createSignInLink(person, token, validUntil)
  }
}

/** The key of all links, made once: links that were given out survive a restart. */
async function ensureSigningKey(db: HubDb): Promise<string> {
  await db
    .insertInto('setting')
    .values({ name: 'link-signing-key', value: newSecret() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const { value } = await db
    .selectFrom('setting')
    .select('value')
    .where('name', '=', 'link-signing-key')
    .executeTakeFirstOrThrow()
  return value
}

/** Sweeps again and again until the returned function is called, which resolves when none is under way. */
function startSweeping(
  given: Parameters<typeof sweepJobs>[0] & Parameters<typeof sweepRuns>[0] & { sweepSeconds: number },
): () => Promise<void> {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let sweep = Promise.resolve()
  const next = () => {
    timer = setTimeout(() => {
      sweep = Promise.all([sweepJobs(given), sweepRuns(given)])
        .then(() => undefined)
        // The next sweep does what this one could not; until then jobs only wait longer.
        .catch((error) => given.log.error({ err: error }, 'The queue could not be swept.'))
        .finally(() => {
          if (!isStopped) next()
        })
    }, given.sweepSeconds * 1000)
  }
  next()
  return async () => {
    isStopped = true
    clearTimeout(timer)
    await sweep
  }
}
