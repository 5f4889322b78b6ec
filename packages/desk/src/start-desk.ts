import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Policy, parsePolicy } from '@scoregate/gate/policy'
import { keyIdOf, sitePublicKeyOf } from '@scoregate/gate/receipt'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import { openDiskBlobs } from '@scoregate/storage/blobs-disk'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords, type Records } from '@scoregate/storage/records'
import { ACCOUNT_MIGRATIONS, type Accounts, createAccounts } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { startServer } from '@scoregate/web/server'
import type { Hono } from 'hono'
import { createDeskApp } from './app.ts'
import { type Audit, openAudit } from './audit/audit.ts'
import { recordKeyAndPolicy } from './audit/begin-chain.ts'
import { startChecker } from './checks/check-holds.ts'
import { findClockMark } from './clock/clock-mark.ts'
import { createSiteClock, type SiteClock } from './clock/site-clock.ts'
import { createCodabenchClient } from './codabench/codabench-client.ts'
import { codabenchKeysOf } from './codabench/codabench-keys.ts'
import type { DeskConfig } from './config.ts'
import { normalPlatform } from './deposits/check-deposit.ts'
import { createHealthCheck } from './health/health-check.ts'
import { createWorkerLog } from './health/worker-records.ts'
import { createProvider } from './institution/provider.ts'
import { DESK_MIGRATIONS } from './migrations/desk-migrations.ts'
import type { DeskTables } from './migrations/desk-tables.ts'
import { createMailer } from './notices/mailer.ts'
import { createNoticeSender } from './notices/notice-sender.ts'
import { providePeople } from './people/provide-people.ts'
import { DESK_SESSIONS } from './people/session-rules.ts'
import { startOutbox } from './release/outbox.ts'
import { createPlatformClient, type PlatformClient } from './release/platform-client.ts'
import { startSweeper } from './review/sweeper.ts'
import { ensureSiteKey } from './site/site-key.ts'
import { createVault } from './vault/vault.ts'

/** A desk that runs. */
export type RunningDesk = { readonly url: string; close(): Promise<void> }

/** A desk that runs in this process, with its routes, which a test walks. */
export type StartedDesk = RunningDesk & { readonly app: Hono<WebEnv> }

/**
 * Starts a desk: pages and API, outbox, deadlines. What an earlier run left unsent is taken up. Throws `ScoregateError`:
 * `bad-policy` with every problem by file and line (the desk then does not start), `port-taken`, `records-unavailable`,
 * `audit-altered` when the audit chain is not what this desk wrote, `site-key-missing`, `bad-site-key`.
 */
export async function startDesk(config: DeskConfig): Promise<StartedDesk> {
  const wall = config.clock ?? (() => new Date())
  const monotonic = config.monotonic ?? (() => performance.now())
  const { policy, policyDigest, policyText } = await readPolicy(config.policyFile)
  const siteKey = await ensureSiteKey(config.dataFolder)
  const records = await openRecords<DeskTables>(join(config.dataFolder, 'records.db'))
  try {
    await migrate(records.db, [...ACCOUNT_MIGRATIONS, ...DESK_MIGRATIONS])
    const remembered = await findClockMark(records.db)
    const siteClock = createSiteClock({ wall, monotonic, remembered, log: config.log })
    const clock = siteClock.now
    const audit = await openAudit({ db: records.db, dataFolder: config.dataFolder, clock })
    try {
      await rememberPolicy(records, { siteKey, policyDigest, policyText, now: clock() })
      await audit.written()
      const accounts = createAccounts(records.db, clock, {
        sessions: DESK_SESSIONS,
        onOtherBrowser: ({ username }) => audit.record({ kind: 'session-refused', reviewer: username }),
      })
      await providePeople({ db: records.db, accounts }, config.provision)
      return await run({
        ...{ config, records, audit, siteKey, accounts, siteClock, wall, monotonic },
        ...{ policy, policyDigest, policyText },
      })
    } catch (error) {
      // What kept the desk from starting is what matters, also where the chain cannot be closed in order.
      await audit.close().catch(() => undefined)
      throw error
    }
  } catch (error) {
    await records.close()
    throw error
  }
}

async function run(given: {
  config: DeskConfig
  records: Records<DeskTables>
  audit: Audit
  siteKey: KeyObject
  accounts: Accounts
  siteClock: SiteClock
  wall: () => Date
  monotonic: () => number
  policy: Policy
  policyDigest: Digest
  policyText: string
}): Promise<StartedDesk> {
  const { config, records, audit, siteKey, accounts, siteClock, wall, monotonic } = given
  const { policy, policyDigest, policyText } = given
  const clock = siteClock.now
  const { db } = records
  const { log, workerToken, policyFile } = config
  const vaultFolder = join(config.dataFolder, 'vault')
  const vault = createVault({ db, clock, blobs: await openDiskBlobs(vaultFolder) })
  const closing = new AbortController()
  const platforms = new Map<string, PlatformClient>(
    config.platforms.map(({ url, siteToken }) => [
      normalPlatform(url),
      createPlatformClient({ url, siteToken, signal: closing.signal }),
    ]),
  )
  const codabenchKeys = codabenchKeysOf(siteKey)
  const { returnPrivateKey: privateKey } = codabenchKeys
  const codabench = { privateKey, origins: codabenchOrigins(policy) }
  for (const platform of codabench.origins.keys()) {
    const hasWaitingStatus = policy.codabench.every((one) => one.api !== platform || one.waiting_status)
    platforms.set(
      platform,
      createCodabenchClient({
        ...{ platform, privateKey, hasWaitingStatus, db },
        signal: closing.signal,
      }),
    )
  }
  const outbox = await startOutbox({
    ...{ db, audit, siteKey, platforms, policyDigest, clock, wall, log },
    blobs: vault.blobs,
  })
  const sweeper = startSweeper({
    ...{ db, vault, audit, platforms, policyDigest, siteClock, clock, monotonic, log },
    onDecided: outbox.wake,
  })
  const webhookHosts = policy.notices?.webhook_hosts ?? []
  const mailer = config.mail && createMailer(config.mail)
  const notices = createNoticeSender({ ...{ db, clock, log, mailer, webhookHosts } })
  const checker = startChecker({
    ...{ db, vault, vaultFolder, siteClock, policyDigest, log, threadFile: config.checkThread },
    onDecided: outbox.wake,
    onWaiting: notices.wake,
  })
  const institution =
    config.institution &&
    createProvider(config.institution, {
      monotonic,
      onTrouble: (why) => log.warn({ why }, 'A sign-in by the institution failed.'),
    })
  let listensAt: string | undefined
  const stop = async () => {
    closing.abort()
    await Promise.all([outbox.close(), sweeper.close(), notices.close(), checker.close()])
  }
  try {
    const app = await createDeskApp({
      ...{
        db,
        audit,
        vault,
        policy,
        policyDigest,
        policyText,
        policyFile,
        siteClock,
        clock,
        accounts,
        workerToken,
        log,
      },
      health: createHealthCheck({
        ...{ db, vaultFolder, audit, siteClock, monotonic },
        dataFolder: config.dataFolder,
      }),
      metricsToken: config.metricsToken,
      trustedProxy: config.trustedProxy,
      workerLog: createWorkerLog({ db, clock }),
      siteName: policy.site,
      islandsFolder: config.islandsFolder,
      sitePublicKey: sitePublicKeyOf(siteKey),
      platforms: [...platforms.keys()],
      ...{ notices, webhookHosts, mailer, hasMailServer: mailer !== undefined, institution },
      ...{ codabench, codabenchKeys },
      deskUrl: () => new URL('/', config.publicUrl ?? listensAt).href,
      onDecided: outbox.wake,
      onDeposit: () => {
        outbox.wake()
        sweeper.wake()
        notices.wake()
        checker.wake()
      },
    })
    const server = await startServer({ app, host: config.host, port: config.port })
    listensAt = server.url
    await notices.start(new URL('/', config.publicUrl ?? server.url).href)
    log.info({ url: server.url, policyDigest }, 'The desk is up.')
    return {
      url: server.url,
      app,
      async close() {
        await server.close()
        await stop()
        // What could not get into the file is in the records, and the next start compares the two.
        await audit
          .close()
          .catch((error) => log.error({ err: error }, 'The audit chain was not closed in order.'))
        await records.close()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The Codabench platforms of a policy, each with the origins that links of its jobs may point at. */
function codabenchOrigins(policy: Policy): ReadonlyMap<string, ReadonlySet<string>> {
  const origins = new Map<string, Set<string>>()
  for (const { api, storage } of policy.codabench) {
    const platform = normalPlatform(api)
    const known = origins.get(platform) ?? new Set([new URL(api).origin])
    for (const origin of storage) known.add(origin)
    origins.set(platform, known)
  }
  return origins
}

async function readPolicy(
  file: string,
): Promise<{ policy: Policy; policyDigest: Digest; policyText: string }> {
  let policyText: string
  try {
    policyText = await readFile(file, 'utf8')
  } catch (cause) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'policy-unreadable',
      message: `The policy ${file} cannot be read.`,
      remedy: 'Name a file that exists and that this user may read.',
      cause,
    })
  }
  const parsed = parsePolicy(policyText, file)
  if (parsed.kind === 'valid') return { policy: parsed.policy, policyDigest: parsed.digest, policyText }
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-policy',
    message: `The policy ${file} has errors, so the desk does not start.`,
    remedy: 'Correct what is listed and start the desk again.',
    problems: parsed.problems,
  })
}

/** Keeps the words of every policy that ever governed here, so that an old decision can be understood. */
async function rememberPolicy(
  { db }: Records<DeskTables>,
  given: { siteKey: KeyObject; policyDigest: Digest; policyText: string; now: Date },
): Promise<void> {
  const { policyDigest, policyText, now } = given
  const keyId = keyIdOf(sitePublicKeyOf(given.siteKey))
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('policy_used')
      .values({ policy_digest: policyDigest, policy_text: policyText, first_used_at: now.toISOString() })
      .onConflict((conflict) => conflict.column('policy_digest').doNothing())
      .execute()
    await recordKeyAndPolicy(transaction, { keyId, policyDigest, now })
  })
}
