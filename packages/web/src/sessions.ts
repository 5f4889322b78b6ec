import { ScoregateError } from '@scoregate/protocol/errors'
import type { Migration } from '@scoregate/storage/migrate'
import type { Kysely, Selectable } from 'kysely'
import { browserWords } from './browser-words.ts'
import { hashSecret, newSecret } from './secrets.ts'

/** How long the sessions of a site last, and where they hold. */
export type SessionRules = {
  /** After so long a session ends, whatever is done with it. */
  readonly hours: number
  /** After so long without use it ends too; without this only its hours count. */
  readonly idleMinutes?: number
  /** Whether a session holds in the browser alone that signed in, told by its `User-Agent`. */
  readonly isBoundToBrowser: boolean
  /** Whether the browser sends the cookie when another site led to this one. */
  readonly sameSite: 'Lax' | 'Strict'
}

/** What holds where a site says nothing else. */
export const USUAL_SESSION_RULES: SessionRules = { hours: 12, isBoundToBrowser: false, sameSite: 'Lax' }

/** The table behind `Sessions`; times are ISO texts in UTC. */
export interface SessionTable {
  id_hash: string
  person_id: number
  csrf: string
  expires_at: string
  /** These are missing of sessions from before they were kept. */
  begun_at: string | null
  used_at: string | null
  /** When the person last proved to be who they are, in this session. */
  proven_at: string | null
  agent_hash: string | null
  browser: string | null
}

export const SESSION_MIGRATION: Migration = {
  name: '0510-sessions',
  statements: [
    'alter table session add column begun_at text',
    'alter table session add column used_at text',
    'alter table session add column proven_at text',
    'alter table session add column agent_hash text',
    'alter table session add column browser text',
    'create index session_by_person on session (person_id)',
    'alter table person add column disabled_at text',
    'alter table person add column last_seen_at text',
  ],
}

/** A session as its owner sees it. */
export type ShownSession = {
  /** Names it in lists; tells nothing of the secret. */
  readonly ref: string
  readonly begunAt: Date | undefined
  readonly usedAt: Date | undefined
  /** What kind of browser, in words. */
  readonly browser: string
  readonly isThis: boolean
}

/** What came of a session's secret. */
export type FoundSession =
  | { readonly kind: 'valid'; readonly personId: number; readonly csrf: string; readonly provenAt: Date }
  /** The secret is right and the browser another; the session was ended. */
  | { readonly kind: 'other-browser'; readonly personId: number }

type Tables = {
  session: SessionTable
  person: { id: number; disabled_at: string | null; last_seen_at: string | null }
}

/** Use is noted to the minute, so that reading is not a write each time. */
const USE_NOTED_MILLISECONDS = 60_000
/** As many signs of the hash as tell the sessions of a person apart. */
const REF_SIGNS = 16

/** The sessions of a site's people. */
export type Sessions = ReturnType<typeof createSessions>

/** Sessions over the table that `SESSION_MIGRATION` completes; their secrets are stored as hashes only. */
export function createSessions(db: Kysely<Tables>, clock: () => Date, rules: SessionRules) {
  const ago = (milliseconds: number) => new Date(clock().getTime() - milliseconds).toISOString()

  /** Those that still hold. */
  function standing() {
    const query = db.selectFrom('session').selectAll().where('expires_at', '>', clock().toISOString())
    return rules.idleMinutes === undefined
      ? query
      : query.where('used_at', '>', ago(rules.idleMinutes * 60_000))
  }

  async function noteUse(row: Selectable<SessionTable>): Promise<void> {
    if (row.used_at !== null && row.used_at > ago(USE_NOTED_MILLISECONDS)) return
    const now = clock().toISOString()
    await db.updateTable('session').set({ used_at: now }).where('id_hash', '=', row.id_hash).execute()
    await db.updateTable('person').set({ last_seen_at: now }).where('id', '=', row.person_id).execute()
  }

  return {
    /** A new session. Throws `ScoregateError` (`account-disabled`). */
    async createSession(
      personId: number,
      agent: string | undefined,
    ): Promise<{ id: string; csrf: string; expiresAt: Date }> {
      const now = clock()
      const expiresAt = new Date(now.getTime() + rules.hours * 3_600_000)
      const session = { id: newSecret(), csrf: newSecret(), expiresAt }
      await db.deleteFrom('session').where('expires_at', '<', now.toISOString()).execute()
      const noted = await db
        .updateTable('person')
        .set({ last_seen_at: now.toISOString() })
        .where('id', '=', personId)
        .where('disabled_at', 'is', null)
        .executeTakeFirst()
      if (noted.numUpdatedRows === 0n) throw accountDisabled()
      await db
        .insertInto('session')
        .values({
          ...{ id_hash: hashSecret(session.id), person_id: personId, csrf: session.csrf },
          ...{ begun_at: now.toISOString(), used_at: now.toISOString(), proven_at: now.toISOString() },
          ...{ agent_hash: hashSecret(agent ?? ''), browser: browserWords(agent) },
          expires_at: expiresAt.toISOString(),
        })
        .execute()
      return session
    },

    /** `isUse`: the person does something, other than a page that asks by itself. */
    async findSession(
      id: string,
      { agent, isUse }: { agent: string | undefined; isUse: boolean },
    ): Promise<FoundSession | undefined> {
      const row = await standing().where('id_hash', '=', hashSecret(id)).executeTakeFirst()
      if (row === undefined) return undefined
      if (rules.isBoundToBrowser && row.agent_hash !== hashSecret(agent ?? '')) {
        // Two browsers have this secret, and nobody can tell which of them it was stolen from.
        await db.deleteFrom('session').where('id_hash', '=', row.id_hash).execute()
        return { kind: 'other-browser', personId: row.person_id }
      }
      if (isUse) await noteUse(row)
      const provenAt = new Date(row.proven_at ?? 0)
      return { kind: 'valid', personId: row.person_id, csrf: row.csrf, provenAt }
    },

    async endSession(id: string): Promise<void> {
      await db.deleteFrom('session').where('id_hash', '=', hashSecret(id)).execute()
    },

    /** The sessions of a person that still hold, the one used last first. */
    async listSessions(personId: number, thisId: string | undefined): Promise<ShownSession[]> {
      const rows = await standing()
        .where('person_id', '=', personId)
        .orderBy('used_at', 'desc')
        .orderBy('id_hash')
        .execute()
      const thisHash = thisId === undefined ? undefined : hashSecret(thisId)
      return rows.map((row) => ({
        ref: row.id_hash.slice(0, REF_SIGNS),
        begunAt: row.begun_at === null ? undefined : new Date(row.begun_at),
        usedAt: row.used_at === null ? undefined : new Date(row.used_at),
        browser: row.browser ?? browserWords(undefined),
        isThis: row.id_hash === thisHash,
      }))
    },

    /** The person of this session has just proved again to be who they are. */
    async noteProof(id: string): Promise<void> {
      await db
        .updateTable('session')
        .set({ proven_at: clock().toISOString() })
        .where('id_hash', '=', hashSecret(id))
        .execute()
    },
  }
}

/** What narrows a deletion of sessions to one: its name in lists. */
export function refPattern(ref: string): string {
  return /^[0-9a-f]{16}$/.test(ref) ? `${ref}%` : 'none'
}

function accountDisabled(): ScoregateError {
  return new ScoregateError({
    kind: 'not-allowed',
    code: 'account-disabled',
    message: 'This account is disabled.',
    remedy: 'Ask a steward of this site.',
  })
}
