/** What is wrong with a connection, and what to do about it. Neither has a password in it, nor anything that the other side said. */
export type ConnectionTrouble = { readonly what: string; readonly remedy: string }

const UNKNOWN_AUTHORITY: ConnectionTrouble = {
  what: 'shows a certificate of an authority that this machine does not know',
  remedy: 'Write the authority into a file (PEM), set NODE_EXTRA_CA_CERTS to it, and start again.',
}
const EXPIRED: ConnectionTrouble = {
  what: 'shows a certificate that has expired',
  remedy: 'Have it renewed, and see that the clock of this machine is right.',
}
const NOT_ENCRYPTED: ConnectionTrouble = {
  what: 'does not speak TLS',
  remedy:
    'Give the port with TLS (5671 is usual, 15671 for the management API), or, on a network that you trust, an address without TLS.',
}
const NEEDS_CERTIFICATE: ConnectionTrouble = {
  what: 'asks for a certificate of its clients',
  remedy:
    'Scoregate has none: let the broker take name and password (ssl_options.fail_if_no_peer_cert = false).',
}
const NOBODY: ConnectionTrouble = {
  what: 'does not answer',
  remedy: 'See that it runs there, and that the way to it is open.',
}
const ENDS_AT_ONCE: ConnectionTrouble = {
  what: 'ends the connection before it has said anything',
  remedy: 'If its port is one with TLS, say so: amqps:// in the address, or BROKER_USE_SSL=true.',
}

/** By the codes of Node's errors, those of OpenSSL among them. */
const BY_CODE: ReadonlyMap<string, ConnectionTrouble> = new Map([
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      what: 'shows a certificate for another name',
      remedy: 'Give the address with the name that is in the certificate.',
    },
  ],
  ['CERT_HAS_EXPIRED', EXPIRED],
  [
    'CERT_NOT_YET_VALID',
    {
      what: 'shows a certificate that is not valid yet',
      remedy: 'See that the clocks of both machines are right.',
    },
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NOT_ENCRYPTED],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NOT_ENCRYPTED],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', NEEDS_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', NEEDS_CERTIFICATE],
  // What the other end of a connection that is ended at once sees depends on which packet comes first.
  ['ECONNRESET', ENDS_AT_ONCE],
  ['ECONNREFUSED', NOBODY],
  ['ENOTFOUND', NOBODY],
  ['EHOSTUNREACH', NOBODY],
  ['ETIMEDOUT', NOBODY],
])

/** By words of the AMQP library, whose errors have no code. */
const BY_WORDS: readonly (readonly [RegExp, ConnectionTrouble])[] = [
  [
    /ACCESS[_-]REFUSED/,
    { what: 'does not take the name and password', remedy: 'Correct them in the address, and start again.' },
  ],
  [
    /NOT[_-]ALLOWED/,
    {
      what: 'has no such virtual host for this account',
      remedy: 'Take the whole address as the platform shows it.',
    },
  ],
  [/closed abruptly during opening handshake/, ENDS_AT_ONCE],
  [/ETIMEDOUT/, NOBODY],
]

/** What an error of a connection means to the owner of a broker; undefined for one that says nothing of that. */
export function connectionTrouble(error: unknown): ConnectionTrouble | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    BY_CODE.get(code) ??
    BY_WORDS.find(([words]) => words.test(error.message))?.[1] ??
    (error.cause === undefined ? undefined : connectionTrouble(error.cause))
  )
}
