import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { keyIdOf, type ReceiptFlaw, readReceipt } from '@scoregate/gate/receipt'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { ReceiptStatement } from '@scoregate/protocol/receipt'
import type { VerifyingKey } from './verifying-key.ts'

/** No receipt comes near this; what is larger is another file. */
const MAX_RECEIPT_BYTES = 1_048_576

/** A file, and the name that the receipt should have for it. */
export type NamedFile = { readonly name: string; readonly path: string }

/** A file compared with the receipt. */
export type ComparedFile = NamedFile & {
  readonly result: 'matches' | 'differs' | 'not-on-receipt'
  readonly sha256: string
}

/** What is to be said of a receipt and of the files that came with it. */
export type Verdict =
  | {
      readonly verdict: 'valid' | 'files-differ'
      readonly keyId: string
      /** The hub that vouches for the key; absent where the key was given. */
      readonly keyFrom?: string
      readonly keyReplacedAt?: string
      readonly statement: ReceiptStatement
      readonly files: readonly ComparedFile[]
    }
  | {
      readonly verdict: 'not-believed'
      readonly flaw: { readonly code: ReceiptFlaw['code'] | 'unknown-key'; readonly sentence: string }
    }

/** The parsed content of a file; `undefined` for one that is no JSON, which is then no receipt. Throws when unreadable. */
export async function readReceiptFile(path: string): Promise<unknown> {
  let text: string
  try {
    if ((await stat(path)).size > MAX_RECEIPT_BYTES) return undefined
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Checks the receipt with the key, and each file, read as a stream, with the digest that the receipt has for its name. */
export async function verifyReceiptFile(given: {
  receipt: unknown
  key: VerifyingKey
  files: readonly NamedFile[]
}): Promise<Verdict> {
  const { receipt, key, files } = given
  if (key.kind === 'unknown') {
    const sentence = `No site that ${key.hub} knows has the key of this receipt.`
    return { verdict: 'not-believed', flaw: { code: 'unknown-key', sentence } }
  }
  const reading = readReceipt(receipt, key.key)
  if (reading.kind === 'invalid') return { verdict: 'not-believed', flaw: reading.flaw }
  const compared: ComparedFile[] = []
  for (const file of files) compared.push(await compare(file, reading.statement))
  return {
    verdict: compared.every(({ result }) => result === 'matches') ? 'valid' : 'files-differ',
    keyId: keyIdOf(key.key),
    ...(key.kind === 'from-hub' ? { keyFrom: key.hub } : {}),
    ...(key.kind === 'from-hub' && key.validUntil !== null ? { keyReplacedAt: key.validUntil } : {}),
    statement: reading.statement,
    files: compared,
  }
}

async function compare(file: NamedFile, { subject }: ReceiptStatement): Promise<ComparedFile> {
  const sha256 = await digestOfFile(file.path)
  const signed = subject.find(({ name }) => name === file.name)
  if (signed === undefined) return { ...file, result: 'not-on-receipt', sha256 }
  return { ...file, result: signed.digest.sha256 === sha256 ? 'matches' : 'differs', sha256 }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  return hash.digest('hex')
}

function unreadable(path: string, cause: unknown): ScoregateError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new ScoregateError({
    kind: 'bad-input',
    code: 'unreadable-file',
    message: `${path} cannot be read${code}.`,
    remedy: 'See that it is there and that you may read it.',
    cause,
  })
}
