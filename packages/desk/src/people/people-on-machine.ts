import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords } from '@scoregate/storage/records'
import { ACCOUNT_MIGRATIONS } from '@scoregate/web/accounts'
import { findChainHead } from '../audit/record-act.ts'
import { DESK_MIGRATIONS } from '../migrations/desk-migrations.ts'
import type { DeskDb, DeskTables } from '../migrations/desk-tables.ts'
import { paths } from '../paths.ts'
import { type InvitationLink, invite, letChoosePassword } from './invitations.ts'
import type { Role } from './roles.ts'

/** A link as it is handed over: a path below the desk's address, told once. */
export type LinkPath = { readonly path: string; readonly until: Date }

/**
 * Invites somebody on the machine of the desk, for whoever may read its data folder: the desk may run or not. So the first
 * person of a site needs no password in a file. Throws `ScoregateError` (`desk-never-started`, and those of `invite`).
 */
export function inviteOnMachine(given: {
  dataFolder: string
  username: string
  roles: readonly Role[]
  now: Date
}): Promise<LinkPath> {
  const { dataFolder, username, roles, now } = given
  return withRecords(dataFolder, (db) => invite(db, { username, roles, by: undefined, now }))
}

/** As `inviteOnMachine`, a link by which somebody who has an account chooses a new password. */
export function newPasswordOnMachine(given: {
  dataFolder: string
  username: string
  now: Date
}): Promise<LinkPath> {
  const { dataFolder, username, now } = given
  return withRecords(dataFolder, (db) => letChoosePassword(db, { username, by: undefined, now }))
}

async function withRecords(
  dataFolder: string,
  make: (db: DeskDb) => Promise<InvitationLink>,
): Promise<LinkPath> {
  const file = join(dataFolder, 'records.db')
  await access(file).catch((cause: unknown) => {
    throw neverStarted(dataFolder, cause)
  })
  const { db, close } = await openRecords<DeskTables>(file)
  try {
    await migrate(db, [...ACCOUNT_MIGRATIONS, ...DESK_MIGRATIONS])
    // The first entry of the chain is the desk's own.
    if ((await findChainHead(db)) === undefined) throw neverStarted(dataFolder, undefined)
    const { secret, until } = await make(db)
    return { path: paths.invitation(secret), until }
  } finally {
    await close()
  }
}

function neverStarted(dataFolder: string, cause: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'desk-never-started',
    message: `No desk has run in ${dataFolder} yet.`,
    remedy: 'Start it once, or say where its data folder is with --data.',
    cause,
  })
}
