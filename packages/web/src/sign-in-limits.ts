import { ScoregateError } from '@scoregate/protocol/errors'
import type { Migration } from '@scoregate/storage/migrate'
import type { Kysely, Transaction } from 'kysely'

type Tables = { failed_sign_in: FailedSignInTable }

/** The table behind `SignInLimits`. */
export interface FailedSignInTable {
  /** Empty where no name was given, as by a link. */
  username_key: string
  at: string
  address: string | null
}

export const SIGN_IN_LIMIT_MIGRATION: Migration = {
  name: '0511-failed-addresses',
  statements: [
    'alter table failed_sign_in add column address text',
    'create index failed_sign_in_by_address on failed_sign_in (address, at)',
  ],
}

/** Who tries to sign in: under which name, if one was given, and from which address, if that is known. */
export type SignInAttempt = { readonly username?: string | undefined; readonly address?: string | undefined }

/** A name that is locked for a while. */
export type LockedName = { readonly usernameKey: string; readonly failures: number; readonly until: Date }

type Limit = { readonly failures: number; readonly firstMinutes: number }

/** Failures that pass in silence, and how long the first wait after them is; each further one doubles it. */
const NAME_LIMIT: Limit = { failures: 10, firstMinutes: 5 }
const ADDRESS_LIMIT: Limit = { failures: 40, firstMinutes: 5 }
const LONGEST_MINUTES = 60
/** So long a failure counts. */
const MEMORY_HOURS = 24

/** What slows down guessing, by the name that is tried and by the address that tries. */
export type SignInLimits = ReturnType<typeof createSignInLimits>

/** Limits over the table that `SIGN_IN_LIMIT_MIGRATION` completes. Names count alike whether or not somebody has them. */
export function createSignInLimits(db: Kysely<Tables>, clock: () => Date) {
  async function lockedUntil(
    transaction: Transaction<Tables>,
    column: 'username_key' | 'address',
    { value, limit }: { value: string | undefined; limit: Limit },
  ): Promise<Date | undefined> {
    if (value === undefined) return undefined
    const { failures, last } = await transaction
      .selectFrom('failed_sign_in')
      .select((eb) => [eb.fn.countAll<number>().as('failures'), eb.fn.max('at').as('last')])
      .where(column, '=', value)
      .executeTakeFirstOrThrow()
    return last === null ? undefined : endOfWait(limit, failures, last)
  }

  return {
    /**
     * Lets an attempt begin, and counts it as failed until `forget` takes that back: so that many at once are not seen as
     * none. Throws `ScoregateError` (`too-many-sign-ins`).
     */
    async admit({ username, address }: SignInAttempt): Promise<void> {
      const now = clock()
      const since = new Date(now.getTime() - MEMORY_HOURS * 3_600_000).toISOString()
      const key = username === undefined ? undefined : usernameKey(username)
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('failed_sign_in').where('at', '<', since).execute()
        const ofName = await lockedUntil(transaction, 'username_key', { value: key, limit: NAME_LIMIT })
        if (ofName !== undefined && ofName > now) throw tooMany('for this name', ofName, now)
        const ofAddress = await lockedUntil(transaction, 'address', { value: address, limit: ADDRESS_LIMIT })
        if (ofAddress !== undefined && ofAddress > now) throw tooMany('from your address', ofAddress, now)
        await transaction
          .insertInto('failed_sign_in')
          .values({ username_key: key ?? '', at: now.toISOString(), address: address ?? null })
          .execute()
      })
    },

    /** An attempt went well, or somebody who answers for the people lifts the lock of a name. */
    async forget({ username, address }: SignInAttempt): Promise<void> {
      const rows = db.deleteFrom('failed_sign_in')
      await (username === undefined
        ? rows.where('username_key', '=', '').where('address', '=', address ?? '')
        : rows.where('username_key', '=', usernameKey(username))
      ).execute()
    },

    /** The names that are locked now, also those that nobody has. */
    async listLocked(): Promise<LockedName[]> {
      const now = clock()
      const rows = await db
        .selectFrom('failed_sign_in')
        .select((eb) => ['username_key', eb.fn.countAll<number>().as('failures'), eb.fn.max('at').as('last')])
        .where('username_key', '!=', '')
        .groupBy('username_key')
        .having((eb) => eb.fn.countAll(), '>=', NAME_LIMIT.failures)
        .execute()
      return rows.flatMap(({ username_key, failures, last }) => {
        const until = endOfWait(NAME_LIMIT, failures, last)
        return until !== undefined && until > now ? [{ usernameKey: username_key, failures, until }] : []
      })
    },
  }
}

/** A name as accounts are found by it. */
export function usernameKey(username: string): string {
  return username.toLowerCase().slice(0, 64)
}

function endOfWait(limit: Limit, failures: number, last: string): Date | undefined {
  if (failures < limit.failures) return undefined
  const minutes = Math.min(LONGEST_MINUTES, limit.firstMinutes * 2 ** (failures - limit.failures))
  return new Date(Date.parse(last) + minutes * 60_000)
}

function tooMany(where: string, until: Date, now: Date): ScoregateError {
  const minutes = Math.ceil((until.getTime() - now.getTime()) / 60_000)
  return new ScoregateError({
    kind: 'limit-reached',
    code: 'too-many-sign-ins',
    message: `There were too many failed sign-ins ${where}.`,
    remedy: `Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`} and try again.`,
  })
}
