import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { chainLines } from '@scoregate/gate/chain-lines'
import { type ChainReport, type KnownHead, verifyChain } from '@scoregate/gate/verify-chain'
import { type AuditAct, AuditEntry } from '@scoregate/protocol/audit'
import { auditFileOf } from './audit-file-name.ts'

/** What the chain's file of a desk says happened, in order. */
export async function readActs(dataFolder: string): Promise<AuditAct[]> {
  const text = await readFile(auditFileOf(dataFolder), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => AuditEntry.parse(JSON.parse(line)).act)
}

/** Verifies the chain's file of a desk. */
export function verifyFile(dataFolder: string, known: readonly KnownHead[] = []): Promise<ChainReport> {
  return verifyChain(chainLines(createReadStream(auditFileOf(dataFolder))), known)
}
