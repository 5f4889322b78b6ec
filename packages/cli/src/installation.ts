import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SitePublicKey } from '@scoregate/protocol/receipt'
import { z } from 'zod'
import { readPrivateJson, writePrivateJson } from './private-file.ts'

const Account = z.strictObject({ username: z.string(), password: z.string(), token: z.string() })

/** The secrets of one installation: first accounts, and the tokens by which its parts know each other. */
export const Secrets = z.strictObject({
  organizer: Account,
  participant: Account,
  reviewer: Account,
  /** Worker to hub: lease jobs. */
  queueToken: z.string(),
  /** Worker to desk: deposit holds. */
  depositToken: z.string(),
  /** Desk to hub: outcomes and releases. */
  siteToken: z.string(),
})
export type Secrets = z.infer<typeof Secrets>

/** A link that signs one account in without a password until it expires; made at each start. */
const SignInLink = z.strictObject({ username: z.string(), token: z.string(), validUntil: z.iso.datetime() })

/** What `start` tells the programs that it starts; `provision.json` in the data folder. */
export const Provision = z.strictObject({
  secrets: Secrets,
  hubUrl: z.url(),
  deskUrl: z.url(),
  /** By which the hub believes this site's receipts; the private half stays in the desk's folder. */
  sitePublicKey: SitePublicKey,
  example: z.string().optional(),
  signInLinks: z.strictObject({ organizer: SignInLink, participant: SignInLink, reviewer: SignInLink }),
})
export type Provision = z.infer<typeof Provision>

/** `ready.json`: where the parts are and the first accounts; written when all is up, for scripts. */
export const Ready = z.object({
  hub: z.url(),
  desk: z.url(),
  organizer: Account,
  participant: Account,
  reviewer: Account,
})
export type Ready = z.infer<typeof Ready>

/** The files and folders of a data folder. */
export function installationPaths(dataFolder: string) {
  return {
    secrets: join(dataFolder, 'secrets.json'),
    provision: join(dataFolder, 'provision.json'),
    ready: join(dataFolder, 'ready.json'),
    hub: join(dataFolder, 'hub'),
    desk: join(dataFolder, 'desk'),
    worker: join(dataFolder, 'worker'),
    samples: join(dataFolder, 'sample-submissions'),
    processes: join(dataFolder, 'processes'),
  }
}

const SIGN_IN_HOURS = 12

/** The secrets of this data folder, made once and kept. */
export async function ensureSecrets(dataFolder: string): Promise<Secrets> {
  const { secrets: file } = installationPaths(dataFolder)
  const existing = await readPrivateJson(file, Secrets)
  if (existing !== undefined) return existing
  const account = (username: string) => ({ username, password: password(), token: token() })
  const secrets: Secrets = {
    organizer: account('organizer'),
    participant: account('participant'),
    reviewer: account('reviewer'),
    queueToken: token(),
    depositToken: token(),
    siteToken: token(),
  }
  await writePrivateJson(file, secrets)
  return secrets
}

/** Links for the terminal of whoever started the installation. */
export function newSignInLinks(secrets: Secrets, now: Date): Provision['signInLinks'] {
  const validUntil = new Date(now.getTime() + SIGN_IN_HOURS * 3_600_000).toISOString()
  const link = (username: string) => ({ username, token: token(), validUntil })
  return {
    organizer: link(secrets.organizer.username),
    participant: link(secrets.participant.username),
    reviewer: link(secrets.reviewer.username),
  }
}

function token(): string {
  return randomBytes(32).toString('base64url')
}

/** Sixteen characters that are easy to type: 80 bits. */
function password(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  const characters = [...randomBytes(16)].map((byte) => letters[byte % letters.length])
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-')
}
