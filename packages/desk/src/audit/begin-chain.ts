import type { AuditAct } from '@scoregate/protocol/audit'
import type { Digest } from '@scoregate/protocol/digest'
import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { findLastAct, recordAct } from './record-act.ts'

/** Records under which key and which policy the desk works from now on, where that is new. */
export async function recordKeyAndPolicy(
  transaction: DeskTransaction,
  { keyId, policyDigest, now }: { keyId: Digest; policyDigest: Digest; now: Date },
): Promise<void> {
  const key = await findLastAct(transaction, ['chain-started', 'site-key-changed'])
  const keyAct = actOfKey(key, keyId)
  if (keyAct !== undefined) await recordAct(transaction, { act: keyAct, now })
  const policy = await findLastAct(transaction, ['policy-in-force', 'policy-changed'])
  const policyAct = actOfPolicy(policy, policyDigest)
  if (policyAct !== undefined) await recordAct(transaction, { act: policyAct, now })
}

function actOfKey(last: AuditAct | undefined, keyId: Digest): AuditAct | undefined {
  if (last?.kind === 'chain-started' || last?.kind === 'site-key-changed') {
    const from = last.kind === 'chain-started' ? last.keyId : last.to
    return from === keyId ? undefined : { kind: 'site-key-changed', from, to: keyId }
  }
  return { kind: 'chain-started', keyId }
}

function actOfPolicy(last: AuditAct | undefined, policyDigest: Digest): AuditAct | undefined {
  if (last?.kind === 'policy-in-force' || last?.kind === 'policy-changed') {
    const from = last.kind === 'policy-in-force' ? last.policyDigest : last.to
    return from === policyDigest ? undefined : { kind: 'policy-changed', from, to: policyDigest }
  }
  return { kind: 'policy-in-force', policyDigest }
}
