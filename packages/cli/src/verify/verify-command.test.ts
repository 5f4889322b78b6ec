import { execFile } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canonicalJson } from '@scoregate/gate/canonical-json'
import {
  keyIdOf,
  receiptStatement,
  scoresDigest,
  signReceipt,
  sitePublicKeyOf,
} from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import type { ReceiptPredicate } from '@scoregate/protocol/receipt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const key = sitePublicKeyOf(privateKey)
const digest = (content: string) => Digest.parse(createHash('sha256').update(content).digest('hex'))
const scores = [{ column: 'acc', value: '0.5' }]
const predicate: ReceiptPredicate = {
  platform: 'https://hub.example',
  jobId: 'job-1',
  attempt: 2,
  submissionId: 12,
  hold: digest('hold'),
  outcome: 'released',
  decision: { kind: 'approve', reviewer: 'anna', decidedAt: '2026-05-01T13:00:00.000Z' },
  artefacts: ['output', 'scores'],
  policyDigest: digest('policy'),
  chain: { sequence: 7, head: digest('head') },
}
const released = [
  { name: 'scores' as const, digest: { sha256: scoresDigest(scores) } },
  { name: 'output' as const, digest: { sha256: digest('archive') } },
]
const receipt = signReceipt(receiptStatement({ predicate, released }), privateKey)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-verify-'))
  const forged = { ...receipt, payload: Buffer.from('{"forged":true}').toString('base64') }
  const rejection = receiptStatement({
    predicate: {
      ...predicate,
      outcome: 'failed',
      reason: 'not-released',
      decision: { kind: 'reject', decidedAt: '2026-05-01T13:00:00.000Z' },
      artefacts: [],
    },
    released: [],
  })
  // A name that would clear the terminal and write a verdict of its own.
  const hostile = receiptStatement({
    predicate: {
      ...predicate,
      decision: { kind: 'approve', reviewer: '\u001b[2Jall good', decidedAt: '2026-05-01T13:00:00.000Z' },
    },
    released,
  })
  const files: Record<string, string> = {
    'receipt.json': JSON.stringify(receipt, null, 2),
    'forged.json': JSON.stringify(forged),
    'rejection.json': JSON.stringify(signReceipt(rejection, privateKey)),
    'hostile.json': JSON.stringify(signReceipt(hostile, privateKey)),
    'photo.json': 'not JSON at all',
    'scores.json': canonicalJson(scores),
    'better-scores.json': canonicalJson([{ column: 'acc', value: '0.9' }]),
    'output.zip': 'archive',
    'key.txt': `${key}\n`,
    'key.pem': String(publicKey.export({ format: 'pem', type: 'spki' })),
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the command in the folder of the files, with no data folder of an installation. */
function verify(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), main, 'verify', ...args],
      { cwd: folder, env: { PATH: process.env['PATH'], SCOREGATE_DATA: join(folder, 'none') } },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

describe('scoregate verify', () => {
  it('says who released what and when, and that the files are those that were released', async () => {
    const files = ['--file', 'scores=scores.json', '--file', 'output=output.zip']
    const { code, out, err } = await verify('receipt.json', '--key', key, ...files)
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(`The receipt is valid.
Released by anna on 2026-05-01 13:00:00 UTC.
Not signed by anna with a passkey: the data owner's word is all there is for who decided.
  platform     https://hub.example
  submission   12 (job job-1, attempt 2)
  hold         ${digest('hold')}
  policy       ${digest('policy')}
  audit chain  entry 7, head ${digest('head')}
  signed with  ${keyIdOf(key)
    .slice(0, 16)
    .replace(/.{4}(?=.)/g, '$& ')} (${keyIdOf(key)})
It names, by SHA-256:
  output             ${digest('archive')}; output.zip is this file
  scores             ${scoresDigest(scores)}; scores.json is this file
`)
  })

  it.each(['key.txt', 'key.pem'])('takes the key from a file: %s', async (file) => {
    expect((await verify('receipt.json', '--key', file)).code).toBe(0)
  })

  it('says of a rejection that nothing was released', async () => {
    const { code, out } = await verify('rejection.json', '--key', key)
    expect(code).toBe(0)
    expect(out).toContain('Nothing was released.')
    expect(out).toContain('Decided by the data owner on 2026-05-01 13:00:00 UTC.')
    expect(out).toContain(`  hold               ${digest('hold')}\n`)
  })

  it('exits with 4 for a receipt that is not to be believed, and says why', async () => {
    const other = sitePublicKeyOf(generateKeyPairSync('ed25519').publicKey)
    for (const [file, by, code, words] of [
      ['forged.json', key, 'bad-signature', 'was changed after it was signed'],
      ['receipt.json', other, 'other-key', 'Another key than that of the site'],
      ['photo.json', key, 'not-a-receipt', 'This is not a receipt'],
    ] as const) {
      const said = await verify(file, '--key', by)
      expect(said.code).toBe(4)
      expect(said.out).toMatch(/^The receipt is NOT valid\.\n/)
      expect(said.out).toContain(words)
      const json = await verify(file, '--key', by, '--json')
      expect(json.code).toBe(4)
      expect(JSON.parse(json.out)).toMatchObject({ verdict: 'not-believed', flaw: { code } })
    }
  })

  it('exits with 5 for a file that is not the one released, or not on the receipt', async () => {
    const changed = await verify('receipt.json', '--key', key, '--file', 'scores=better-scores.json')
    expect(changed.code).toBe(5)
    expect(changed.out).toMatch(/^The receipt is valid, but NOT every file is what it names\.\n/)
    expect(changed.out).toContain('better-scores.json is NOT this file')
    const files = ['--file', 'scores=scores.json', '--file', 'predictions=output.zip']
    const added = await verify('receipt.json', '--key', key, ...files, '--json')
    expect(added.code).toBe(5)
    expect(JSON.parse(added.out)).toMatchObject({
      verdict: 'files-differ',
      statement: { predicate },
      files: [
        { name: 'scores', result: 'matches' },
        { name: 'predictions', result: 'not-on-receipt', sha256: digest('archive') },
      ],
    })
  })

  it('exits with 1 for what it cannot read, and with 2 for a command that says too little', async () => {
    expect(await verify('nowhere.json', '--key', key)).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere.json cannot be read (ENOENT)'),
    })
    expect((await verify('receipt.json', '--key', 'no-such-key')).code).toBe(1)
    expect((await verify('receipt.json', '--key', key, '--file', 'scores=gone.json')).code).toBe(1)
    expect(await verify('receipt.json')).toMatchObject({ code: 2, err: expect.stringContaining('--hub URL') })
    expect((await verify('receipt.json', '--key', key, '--file', 'scores.json')).code).toBe(2)
  })

  it('shows a name that tries to steer the terminal, and does not obey it', async () => {
    const { code, out } = await verify('hostile.json', '--key', key)
    expect(code).toBe(0)
    expect(out).not.toContain('\u001b')
    expect(out).toContain('[2Jall good')
  })

  it('asks a hub for the key that the receipt names, and says on whose word it believes it', async () => {
    const server = await keyServer({ validUntil: '2026-06-01T00:00:00.000Z' })
    const hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a server that listens has an address
    try {
      const { code, out } = await verify('receipt.json', '--hub', hub)
      expect(code).toBe(0)
      expect(out).toContain(`The key is the one that ${hub} gave.`)
      expect(out).toContain('Another key has taken its place since 2026-06-01 00:00:00 UTC.')
      const stranger = signReceipt(
        receiptStatement({ predicate, released }),
        generateKeyPairSync('ed25519').privateKey,
      )
      await writeFile(join(folder, 'stranger.json'), JSON.stringify(stranger))
      const unknown = await verify('stranger.json', '--hub', hub, '--json')
      expect(unknown.code).toBe(4)
      expect(JSON.parse(unknown.out)).toMatchObject({ flaw: { code: 'unknown-key' } })
    } finally {
      server.close()
    }
    expect(await verify('receipt.json', '--hub', hub)).toMatchObject({
      code: 6,
      err: expect.stringContaining('does not answer'),
    })
  })
})

/** A hub, as far as its keys go; the real one is asked in the whole path. */
async function keyServer({ validUntil }: { validUntil: string }): Promise<Server> {
  const server = createServer((request, response) => {
    const isKnown = request.url === `/api/site-keys/${keyIdOf(key)}`
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(
        isKnown
          ? {
              key_id: keyIdOf(key),
              public_key: key,
              valid_from: '2026-01-01T00:00:00.000Z',
              valid_until: validUntil,
            }
          : { code: 'not-found', detail: 'There is no such key.', remedy: 'Look again.' },
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
