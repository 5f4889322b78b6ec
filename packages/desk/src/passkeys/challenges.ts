import { hashSecret } from '@scoregate/web/secrets'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** What an authenticator is asked for; an answer to one purpose is none to another. */
export type ChallengePurpose = 'register' | 'sign-in' | 'decide' | 'decide-together'

/** An authenticator has so long to answer. */
export const CHALLENGE_SECONDS = 300

/** So many questions can be open at once at most, since also somebody who is not signed in may ask for one. */
const MOST_OPEN = 10_000

type Asked = {
  /** In base64url. */
  readonly challenge: string
  readonly purpose: ChallengePurpose
  /** The session, or the cookie of somebody who is about to sign in. */
  readonly asker: string
}

/** Keeps a question open. Answers whether there was room for it. */
export async function openChallenge(
  db: DeskDb,
  given: Asked & { nonce?: string; now: Date },
): Promise<boolean> {
  const { challenge, purpose, asker, nonce, now } = given
  await db.deleteFrom('passkey_challenge').where('expires_at', '<=', now.toISOString()).execute()
  const { open } = await db
    .selectFrom('passkey_challenge')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .executeTakeFirstOrThrow()
  if (open >= MOST_OPEN) return false
  await db
    .insertInto('passkey_challenge')
    .values({
      ...{ challenge, purpose, asker_hash: hashSecret(asker), nonce: nonce ?? null },
      expires_at: new Date(now.getTime() + CHALLENGE_SECONDS * 1000).toISOString(),
    })
    .execute()
  return true
}

/**
 * Takes a question that is open, once and for all: whatever the answer is worth, there is no second. Undefined where this
 * question was not put to this session for this purpose, or not in the last five minutes.
 */
export async function takeChallenge(
  db: DeskDb,
  { challenge, purpose, asker, now }: Asked & { now: Date },
): Promise<{ readonly nonce: string | undefined } | undefined> {
  const row = await db
    .deleteFrom('passkey_challenge')
    .where('challenge', '=', challenge)
    .where('purpose', '=', purpose)
    .where('asker_hash', '=', hashSecret(asker))
    .returning(['nonce', 'expires_at'])
    .executeTakeFirst()
  if (row === undefined || row.expires_at <= now.toISOString()) return undefined
  return { nonce: row.nonce ?? undefined }
}
