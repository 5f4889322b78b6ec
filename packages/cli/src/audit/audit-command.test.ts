import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureSiteKey } from '@scoregate/desk/site-key'
import { entryLine, nextEntry } from '@scoregate/gate/audit-chain'
import { receiptStatement, signReceipt, sitePublicKeyOf } from '@scoregate/gate/receipt'
import { type AuditAct, CHAIN_HEAD_PATH, type ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import type { ReceiptPredicate } from '@scoregate/protocol/receipt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const hold = { id: 'abcdefgh', digest: Digest.parse('a'.repeat(64)) }
const ACTS: AuditAct[] = [
  { kind: 'chain-started', keyId: Digest.parse('b'.repeat(64)) },
  // Names that would clear the terminal and write a line of their own.
  { kind: 'signed-in', reviewer: '\u001b[2J\u202ethe chain is intact', by: 'password' },
  { kind: 'hold-viewed', reviewer: 'anna', hold },
  { kind: 'failure-begun', hold, reason: 'not-released' },
  { kind: 'outcome-accepted', hold, outcome: 'failed' },
]

let folder: string
let lines: string[]
let heads: ChainHead[]
let hub: Server
let published: ChainHead | undefined
let hubUrl: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-audit-'))
  lines = []
  heads = []
  for (const act of ACTS) {
    const entry = nextEntry(heads.at(-1), { time: new Date('2026-05-01T12:00:00Z'), act })
    heads.push({ sequence: entry.sequence, head: entry.hash })
    lines.push(entryLine(entry))
  }
  const key = await ensureSiteKey(join(folder, 'data', 'desk'))
  await mkdir(join(folder, 'data', 'desk'), { recursive: true })
  await writeFile(join(folder, 'data', 'desk', 'audit.jsonl'), fileOf(lines))
  const receiptAt = (chain: ChainHead) => {
    const predicate: ReceiptPredicate = {
      platform: 'https://hub.example',
      jobId: 'job-1',
      attempt: 1,
      submissionId: 1,
      hold: hold.digest,
      outcome: 'failed',
      reason: 'not-released',
      decision: { kind: 'reject', decidedAt: '2026-05-01T12:00:00.000Z' },
      artefacts: [],
      policyDigest: Digest.parse('c'.repeat(64)),
      chain,
    }
    return receiptStatement({ predicate, released: [] })
  }
  const files: Record<string, string> = {
    'edited.jsonl': fileOf(lines).replace('"anna"', '"otto"'),
    'cut.jsonl': fileOf(lines.slice(0, 3)),
    'torn.jsonl': fileOf(lines).slice(0, -20),
    'receipt.json': JSON.stringify(signReceipt(receiptAt(headAt(4)), key)),
    'of-another-history.json': JSON.stringify(
      signReceipt(receiptAt({ ...headAt(4), head: Digest.parse('d'.repeat(64)) }), key),
    ),
    'forged.json': JSON.stringify(
      signReceipt(receiptAt(headAt(4)), generateKeyPairSync('ed25519').privateKey),
    ),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  hub = createServer((request, response) => {
    const isSite = request.url === CHAIN_HEAD_PATH && request.headers.authorization?.endsWith(' site-token')
    const status = isSite !== true ? 401 : published === undefined ? 404 : 200
    const error = { code: 'no', detail: 'No.', remedy: 'None.' }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? published : error))
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}` // it listens on a port, not on a pipe
})
afterAll(async () => {
  hub.close()
  await rm(folder, { recursive: true })
})

function fileOf(entries: readonly string[]): string {
  return entries.map((line) => `${line}\n`).join('')
}

function headAt(sequence: number): ChainHead {
  const head = heads[sequence - 1]
  if (head === undefined) throw new Error('The chain of the test is shorter.')
  return head
}

/** Runs the command over the data folder of an installation. */
function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), main, ...args],
      { cwd: folder, env: { PATH: process.env['PATH'], SCOREGATE_DATA: join(folder, 'data') } },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}
const verify = (...args: string[]) => run('audit', 'verify', ...args)

describe('scoregate audit verify', () => {
  it('says that the chain of the installation is intact, how far it goes, and what it was compared with', async () => {
    const { code, out, err } = await verify('--receipt', 'receipt.json')
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(`The chain is intact.
  5 entries, head 5:${headAt(5).head}
  compared at entry 4 with the receipt receipt.json
`)
    const alone = await verify()
    expect(alone.code).toBe(0)
    expect(alone.out).toContain('An end that is missing shows only against a head from elsewhere')
  })

  it('exits with 4 for any damage, and names each', async () => {
    const edited = await verify('--file', 'edited.jsonl')
    expect(edited.code).toBe(4)
    expect(edited.out).toContain('EDITED  Entry 3 is not as it was written.')
    const json = await verify('--file', 'edited.jsonl', '--json')
    expect(json.code).toBe(4)
    expect(JSON.parse(json.out)).toMatchObject({
      intact: false,
      damages: [{ kind: 'edited', from: 3, to: 3 }],
    })
  })

  it('finds a missing end by a receipt, by a head that is given, and by the hub', async () => {
    published = headAt(5)
    const hubArgs = ['--hub', hubUrl, '--token', 'site-token']
    const { sequence, head } = headAt(5)
    for (const [args, missing] of [
      [['--receipt', 'receipt.json'], 'Entry 4 is gone from the end; the receipt receipt.json'],
      [['--head', `${sequence}:${head}`], 'Each of the entries 4 to 5 is gone from the end'],
      [hubArgs, `Each of the entries 4 to 5 is gone from the end; the hub ${hubUrl}`],
    ] as const) {
      expect(await verify('--file', 'cut.jsonl')).toMatchObject({ code: 0 })
      const cut = await verify('--file', 'cut.jsonl', ...args)
      expect([cut.code, cut.out]).toEqual([4, expect.stringContaining(missing)])
      expect((await verify(...args)).code).toBe(0)
    }
    published = undefined
    expect((await verify(...hubArgs)).code).toBe(0)
  })

  it('finds a history that another receipt contradicts, and a receipt that another key signed', async () => {
    const other = await verify('--receipt', 'of-another-history.json')
    expect([other.code, other.out]).toEqual([4, expect.stringContaining('OTHER-HISTORY  Entry 4')])
    const forged = await verify('--receipt', 'forged.json')
    expect([forged.code, forged.out]).toEqual([
      4,
      expect.stringContaining('RECEIPT  forged.json: Another key'),
    ])
  })

  it('tells a line that a crash cut short from damage', async () => {
    const torn = await verify('--file', 'torn.jsonl')
    expect([torn.code, torn.out]).toEqual([0, expect.stringContaining('Line 5 is cut short')])
  })

  it('says what is wrong with the command line or the file', async () => {
    expect((await verify('--head', 'nonsense')).code).toBe(2)
    const missing = await verify('--file', 'nowhere.jsonl')
    expect([missing.code, missing.err]).toEqual([1, expect.stringContaining('cannot be read')])
  })
})

describe('scoregate audit show', () => {
  it('shows what happened, a line each, and nothing that steers a terminal', async () => {
    const { code, out } = await run('audit', 'show')
    expect(code).toBe(0)
    expect(out.split('\n')).toHaveLength(ACTS.length + 1)
    expect(out).toContain(
      `     3  2026-05-01T12:00:00.000Z  anna looked at hold abcdefgh (${'a'.repeat(16)})\n`,
    )
    expect(out).not.toContain('\u001b')
    expect(out).not.toContain('\u202e')
  })

  it('shows page by page, and as JSON', async () => {
    const page = await run('audit', 'show', '--from', '2', '--count', '2')
    expect(page.out).toContain('The next ones: --from 4')
    const json = await run('audit', 'show', '--count', '1', '--json')
    expect(JSON.parse(json.out)).toMatchObject({
      entries: [{ sequence: 5, act: { kind: 'outcome-accepted' } }],
    })
  })
})

describe('scoregate desk key', () => {
  it('prints the public key of the site, and nothing of the private one', async () => {
    const key = await ensureSiteKey(join(folder, 'data', 'desk'))
    expect(await run('desk', 'key')).toEqual({ code: 0, out: `${sitePublicKeyOf(key)}\n`, err: '' })
    const elsewhere = await run('desk', 'key', '--data', join(folder, 'other'), '--json')
    expect(JSON.parse(elsewhere.out).publicKey).not.toBe(sitePublicKeyOf(key))
    expect(await readFile(join(folder, 'other', 'desk', 'site-key.pem'), 'utf8')).toContain('PRIVATE KEY')
  })
})
