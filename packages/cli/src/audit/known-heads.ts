import type { KnownHead } from '@scoregate/gate/verify-chain'
import { CHAIN_HEAD_PATH, ChainHead } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import { ask } from '../connection.ts'
import { readReceiptFile, verifyReceiptFile } from '../verify/verify-receipt.ts'
import { findVerifyingKey } from '../verify/verifying-key.ts'

/** A receipt whose head of the chain is to be compared, and why it is not believed, if it is not. */
export type CheckedReceipt = { readonly path: string; readonly flaw?: string }

/** The head that a receipt carries, once the receipt is believed. */
export async function headOfReceipt(
  path: string,
  key: string,
): Promise<{ checked: CheckedReceipt; head?: KnownHead }> {
  const receipt = await readReceiptFile(path)
  const verifyingKey = await findVerifyingKey({ key, hub: undefined, receipt })
  const verdict = await verifyReceiptFile({ receipt, key: verifyingKey, files: [] })
  if (verdict.verdict === 'not-believed') return { checked: { path, flaw: verdict.flaw.sentence } }
  return { checked: { path }, head: { ...verdict.statement.predicate.chain, from: `the receipt ${path}` } }
}

/** The newest head that a hub saw on a receipt of this site; undefined while it has accepted none. */
export async function publishedHead(hub: { url: string; token: string }): Promise<KnownHead | undefined> {
  try {
    const head = await ask(hub, { method: 'GET', path: CHAIN_HEAD_PATH }, ChainHead)
    return { ...head, from: `the hub ${hub.url}` }
  } catch (error) {
    if (error instanceof ScoregateError && error.kind === 'not-found') return undefined
    throw error
  }
}

/** A head as it is typed: its number, a colon, its hash. Undefined for any other text. */
export function parseHead(text: string): KnownHead | undefined {
  const [, sequence, head] = /^([0-9]{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  const parsed = ChainHead.safeParse({ sequence: Number(sequence), head })
  return parsed.success ? { ...parsed.data, from: 'the head that you gave' } : undefined
}
