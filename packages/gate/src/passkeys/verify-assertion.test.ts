import { createHash, randomBytes } from 'node:crypto'
import type { PasskeyAssertion } from '@scoregate/protocol/decision-statement'
import { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCoseKey } from './cose-key.ts'
import { type AssertionGiven, createPasskey, rsaKey } from './passkey-rig.ts'
import { secureHostOf, verifyAssertion } from './verify-assertion.ts'

const challenge = Digest.parse(createHash('sha256').update('a decision').digest('hex'))
const origin = 'https://desk.example'
const passkey = createPasskey()
const { publicKey } = passkey

function flawOf(assertion: PasskeyAssertion, expected: Partial<Parameters<typeof verifyAssertion>[1]> = {}) {
  const reading = verifyAssertion(assertion, { challenge, publicKey, origin, ...expected })
  return reading.kind === 'valid' ? 'none' : reading.flaw.code
}

describe('the assertion of a passkey', () => {
  it.each(['ES256', 'EdDSA', 'RS256'] as const)('is believed with a key of the kind %s', (kind) => {
    const one = createPasskey(kind)
    const reading = verifyAssertion(one.assert({ challenge, signCount: 7 }), {
      ...{ challenge, origin },
      publicKey: one.publicKey,
    })
    expect(reading).toEqual({ kind: 'valid', origin, signCount: 7 })
    // Control: another passkey of the same kind did not sign it.
    const other = createPasskey(kind).publicKey
    expect(flawOf(one.assert({ challenge }), { publicKey: other })).toBe('bad-signature')
  })

  it.each<[string, Partial<AssertionGiven>, string]>([
    ['another challenge', { challenge: Digest.parse('0'.repeat(64)) }, 'other-challenge'],
    ['another origin', { origin: 'https://desk.example.org' }, 'other-origin'],
    ['a subdomain', { origin: 'https://a.desk.example' }, 'other-origin'],
    ['another port', { origin: 'https://desk.example:8443' }, 'other-origin'],
    ['an origin without encryption', { origin: 'http://desk.example' }, 'other-origin'],
    ['another RP ID', { rpId: 'example' }, 'other-origin'],
    ['nobody present', { flags: 0x04 }, 'not-verified'],
    ['nobody verified', { flags: 0x01 }, 'not-verified'],
    ['a backup of what cannot be backed up', { flags: 0x15 }, 'not-an-assertion'],
    ['a credential inside', { flags: 0x45 }, 'not-an-assertion'],
    ['extensions without their flag', { extensions: Buffer.from('a0', 'hex') }, 'not-an-assertion'],
    ['the flag of extensions without any', { flags: 0x85 }, 'not-an-assertion'],
    ['a registration', { clientData: { type: 'webauthn.create' } }, 'not-an-assertion'],
    ['a frame of another site', { clientData: { crossOrigin: true } }, 'not-an-assertion'],
    ['a page around it', { clientData: { topOrigin: 'https://elsewhere.example' } }, 'not-an-assertion'],
  ])('is not believed with %s, though the key signed it', (_name, given, code) => {
    expect(flawOf(passkey.assert({ challenge, ...given }))).toBe(code)
  })

  it('may say more than it must: backup flags, extensions, keys that browsers add', () => {
    const given = { flags: 0x9d, extensions: Buffer.from('a0', 'hex'), clientData: { other_keys: 'ignored' } }
    expect(flawOf(passkey.assert({ challenge, ...given }))).toBe('none')
  })

  it('is not believed with any bit changed', () => {
    const assertion = passkey.assert({ challenge })
    fc.assert(
      fc.property(
        fc.constantFrom('authenticatorData', 'clientDataJSON', 'signature'),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        (part, place, bit) => {
          const bytes = Buffer.from(assertion[part], 'base64url')
          const at = place % bytes.length
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
          expect(flawOf({ ...assertion, [part]: bytes.toString('base64url') })).not.toBe('none')
        },
      ),
      { numRuns: 500 },
    )
    expect(flawOf(assertion)).toBe('none')
  })

  it('is never an error, whatever it is', () => {
    const bytes = (most: number) => fc.uint8Array({ maxLength: most }).map((all) => Buffer.from(all))
    fc.assert(
      fc.property(bytes(80), bytes(80), bytes(80), bytes(120), (data, client, signature, key) => {
        const made = passkey.assert({ challenge })
        const assertion = {
          authenticatorData: data.length > 40 ? data.toString('base64url') : made.authenticatorData,
          clientDataJSON: client.length > 40 ? client.toString('base64url') : made.clientDataJSON,
          signature: signature.toString('base64url'),
        }
        expect(flawOf(assertion, { publicKey: key.toString('base64url') })).not.toBe('none')
      }),
    )
  })

  it('without an address to compare is believed for any secure one for whose host it was signed', () => {
    const elsewhere = passkey.assert({ challenge, origin: 'https://elsewhere.example' })
    expect(verifyAssertion(elsewhere, { challenge, publicKey }).kind).toBe('valid')
    const mixed = passkey.assert({ challenge, origin: 'https://elsewhere.example', rpId: 'desk.example' })
    expect(verifyAssertion(mixed, { challenge, publicKey }).kind).toBe('invalid')
  })
})

describe('an address where passkeys work', () => {
  it.each([
    ['https://desk.example', 'desk.example'],
    ['https://desk.example:8443', 'desk.example'],
    ['http://localhost:5080', 'localhost'],
    ['https://localhost', 'localhost'],
    ['http://desk.example', undefined],
    ['http://127.0.0.1:5080', undefined],
    ['https://10.0.0.1', undefined],
    ['https://[::1]', undefined],
    ['https://desk.example/', undefined],
    ['https://user@desk.example', undefined],
    ['null', undefined],
  ])('%s: %s', (address, host) => {
    expect(secureHostOf(address)).toBe(host)
  })
})

describe('a public key of a passkey', () => {
  const bytes = Buffer.from(publicKey, 'base64url')

  it('is refused when it is cut short, has a byte too many, or names a key twice', () => {
    expect(parseCoseKey(bytes)).toBeDefined()
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parseCoseKey(bytes.subarray(0, length))).toBeUndefined()
    }
    expect(parseCoseKey(Buffer.concat([bytes, Buffer.from([0])]))).toBeUndefined()
    const twice = Buffer.concat([Buffer.from([0xa6]), bytes.subarray(1), Buffer.from('0102', 'hex')])
    expect(parseCoseKey(twice)).toBeUndefined()
  })

  it('is refused off its curve, with another algorithm, and as a short RSA key', () => {
    const off = Buffer.concat([bytes.subarray(0, 10), randomBytes(32), bytes.subarray(42)])
    expect(parseCoseKey(off)).toBeUndefined()
    const es384 = Buffer.from(bytes)
    es384[4] = 0x27
    expect(parseCoseKey(es384)).toBeUndefined()
    expect(parseCoseKey(rsaKey(1024).cose)).toBeUndefined()
    expect(parseCoseKey(rsaKey(2048).cose)).toBeDefined()
  })
})
