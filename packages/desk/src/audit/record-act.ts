import { createHash } from 'node:crypto'
import { entryLine, nextEntry } from '@scoregate/gate/audit-chain'
import { AuditAct, type AuditActKind, AuditEntry, type ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/**
 * Puts an act on the chain, in the transaction of the act itself, so that neither can be without the other. Answers the
 * head of the chain right after it. Throws when the act has a field that the chain must not hold.
 */
export async function recordAct(
  transaction: DeskTransaction,
  { act, now }: { act: AuditAct; now: Date },
): Promise<ChainHead> {
  const entry = nextEntry(await findChainHead(transaction), { time: now, act: AuditAct.parse(act) })
  await transaction
    .insertInto('audit_entry')
    .values({ sequence: entry.sequence, kind: act.kind, hash: entry.hash, line: entryLine(entry) })
    .execute()
  return { sequence: entry.sequence, head: entry.hash }
}

/** How far the chain goes; undefined before its first entry. */
export async function findChainHead(db: DeskDb | DeskTransaction): Promise<ChainHead | undefined> {
  const row = await db
    .selectFrom('audit_entry')
    .select(['sequence', 'hash'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { sequence: row.sequence, head: Digest.parse(row.hash) }
}

/** The newest act of one of these kinds, if there is any. */
export async function findLastAct<Kind extends AuditActKind>(
  db: DeskDb | DeskTransaction,
  kinds: readonly Kind[],
): Promise<AuditAct | undefined> {
  const row = await db
    .selectFrom('audit_entry')
    .select('line')
    .where('kind', 'in', kinds)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && AuditEntry.parse(JSON.parse(row.line)).act
}

/** A hold as the chain names it. */
export function auditHold({ id, manifestDigest }: Pick<Hold, 'id' | 'manifestDigest'>): {
  id: string
  digest: Digest
} {
  return { id, digest: manifestDigest }
}

/**
 * The digest that stands on the chain for words of a reviewer, which stay in the desk's records. `salt` is that of the
 * hold's manifest, which never leaves the site: reasons come from a short list, and whoever has the chain or its head could
 * otherwise learn by trying which one was given.
 */
export function textDigest(text: string, salt: string): Digest {
  return Digest.parse(createHash('sha256').update(`${salt}\n${text}`, 'utf8').digest('hex'))
}
