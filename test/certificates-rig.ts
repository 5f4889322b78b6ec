import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A certificate and its key, as files. */
export type CertificateFiles = { readonly certificate: string; readonly key: string }

/** An authority of a test's own, which nobody knows who is not given its file. Gone when disposed of. */
export type TestAuthority = AsyncDisposable & {
  /** The file that `NODE_EXTRA_CA_CERTS` is to name. */
  readonly ca: string
  /** Makes a certificate for a host name, valid for so many days; fewer than none have passed. */
  certify(hostname: string, days?: number): Promise<CertificateFiles>
}

/** Makes an authority with the openssl of this machine. */
export async function makeAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-certificates-'))
  const file = (name: string) => join(folder, name)
  const ca = file('ca.pem')
  const caKey = file('ca.key')
  await makeKey(caKey)
  await run('openssl', ['req', '-x509', '-new', '-key', caKey, '-subj', '/CN=Own authority', '-out', ca])
  let made = 0
  return {
    ca,

    async certify(hostname, days = 2) {
      made += 1
      const certificate = file(`${made}.pem`)
      const key = file(`${made}.key`)
      const request = file(`${made}.csr`)
      await makeKey(key)
      const names = ['-subj', `/CN=${hostname}`, '-addext', `subjectAltName=DNS:${hostname}`]
      await run('openssl', ['req', '-new', '-key', key, ...names, '-out', request])
      const signer = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-copy_extensions', 'copy']
      await run('openssl', [
        'x509',
        '-req',
        '-in',
        request,
        ...signer,
        '-days',
        `${days}`,
        '-out',
        certificate,
      ])
      return { certificate, key }
    },

    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function makeKey(file: string): Promise<void> {
  await run('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file])
}
