import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Digest } from '@scoregate/protocol/digest'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { DeskRig, PASSWORD, type RigDeskConfig } from '../packages/desk/src/desk-rig.ts'
import {
  type AssertionGiven,
  createPasskey,
  type PasskeyRig,
} from '../packages/gate/src/passkeys/passkey-rig.ts'

let built: Promise<string> | undefined

/** The browser script for passkeys, built once for all desks of a test, without waiting for a whole build. */
function islandsFolder(): Promise<string> {
  built ??= buildIslands()
  return built
}

async function buildIslands(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-islands-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await build({
    entryPoints: [fileURLToPath(new URL('../packages/desk/src/islands/passkey.ts', import.meta.url))],
    outdir: folder,
    ...{ bundle: true, format: 'esm', target: 'es2022', platform: 'browser', logLevel: 'warning' },
  })
  return folder
}

/** A desk with its browser script for passkeys. */
export async function startPasskeyDesk(
  policy?: string,
  config: Partial<RigDeskConfig> = {},
): Promise<DeskRig> {
  const ownConfig = { islandsFolder: await islandsFolder(), ...config }
  return DeskRig.start({ ...(policy === undefined ? {} : { policy }), config: ownConfig })
}

/** A policy that holds everything, with more lines for its review. */
export function policyWith(review: string): string {
  return `version: 1\nsite: Test site\nreview: { required: always, timeout: 24h, ${review} }\nretention: 1d\nimages: {}\n`
}

/** The address of a desk where passkeys work. */
export function nameOf(rig: DeskRig): string {
  return rig.url.replace('127.0.0.1', 'localhost')
}

/** An authenticator that is plugged into a browser. */
export type Authenticator = {
  /** Lets its passkeys count from there on, as a copy would that was made earlier or later. */
  countFrom(signCount: number): Promise<void>
  /** From here on it does not believe that its user is who they say. */
  doubt(): Promise<void>
}

/** Puts an authenticator into a browser that answers by itself, as if its user were always at hand. */
export async function plugIn(page: Page): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    },
  })
  return {
    async countFrom(signCount) {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
      await session.send('WebAuthn.clearCredentials', { authenticatorId })
      for (const credential of credentials) {
        await session.send('WebAuthn.addCredential', {
          authenticatorId,
          credential: { ...credential, signCount },
        })
      }
    },
    async doubt() {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    },
  }
}

/** Signs a reviewer in by password, at the address where passkeys work. */
export async function signInByPassword(page: Page, rig: DeskRig, name = 'first-reviewer'): Promise<void> {
  await page.goto(`${nameOf(rig)}/sign-in`)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
}

const Question = z.object({
  challenge: z.string(),
  allowCredentials: z.array(z.object({ id: z.string() })).optional(),
})

/** Asks for the question with which somebody signs in, as a browser with no session does. */
export async function askSignIn(rig: DeskRig): Promise<{ challenge: Digest; cookie: string }> {
  const answer = await fetch(`${rig.url}/sign-in/passkey/question`, { method: 'POST' })
  const { challenge } = Question.parse(await answer.json())
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  return { challenge: Digest.parse(Buffer.from(challenge, 'base64url').toString('hex')), cookie }
}

/** A reviewer whose browser is a program: it signs whatever a test wants, and sends it where it wants. */
export class PasskeyAttacker {
  readonly passkey: PasskeyRig
  readonly credentialId: string
  /** What authenticators know the reviewer by. */
  readonly userHandle: string
  readonly #rig: DeskRig
  readonly #cookie: string
  readonly #csrf: string

  private constructor(given: {
    rig: DeskRig
    cookie: string
    csrf: string
    name: string
    passkey: PasskeyRig
  }) {
    this.#rig = given.rig
    this.#cookie = given.cookie
    this.#csrf = given.csrf
    this.passkey = given.passkey
    this.credentialId = Buffer.from(`passkey of ${given.name}`).toString('base64url')
    this.userHandle = Buffer.from(`handle of ${given.name}`).toString('base64url')
  }

  /** Signs a reviewer in; with `passkey`, it is the reviewer's own already. */
  static async start(rig: DeskRig, name: string, passkey?: PasskeyRig): Promise<PasskeyAttacker> {
    const cookie = await rig.cookieOf(name)
    const page = await (await fetch(`${rig.url}/account`, { headers: { cookie } })).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const attacker = new PasskeyAttacker({ rig, cookie, csrf, name, passkey: passkey ?? createPasskey() })
    if (passkey === undefined) {
      await rig.changeRecords(
        `insert into passkey (credential_id, person_id, name, public_key, sign_count, transports_json, created_at)
         select ?, id, 'test', ?, 0, '[]', '2026-01-01T00:00:00.000Z' from person where username = ?`,
        [attacker.credentialId, attacker.passkey.publicKey, name],
      )
      await rig.changeRecords(
        'insert into passkey_person (person_id, user_handle) select id, ? from person where username = ?',
        [attacker.userHandle, name],
      )
    }
    return attacker
  }

  post(path: string, fields: [string, string][]): Promise<Response> {
    return fetch(this.#rig.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: this.#cookie, accept: 'application/json' },
      body: new URLSearchParams([['csrf', this.#csrf], ...fields]),
    })
  }

  /** What the desk asks the passkey over a form. */
  async ask(path: string, fields: [string, string][]): Promise<Digest> {
    const answer = await this.post(`${path}/question`, fields)
    if (!answer.ok) throw new Error(await answer.text())
    const { challenge } = Question.parse(await answer.json())
    return Digest.parse(Buffer.from(challenge, 'base64url').toString('hex'))
  }

  /** What a browser sends of a passkey. */
  answer(
    given: AssertionGiven,
    by: { passkey: PasskeyRig; credentialId: string; userHandle?: string } = this,
  ): [string, string] {
    const response = by.passkey.assert({ origin: nameOf(this.#rig), ...given })
    const { credentialId: id, userHandle } = by
    return ['passkey', JSON.stringify({ id, response: { ...response, userHandle } })]
  }
}
