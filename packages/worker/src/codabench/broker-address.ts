/** Where a broker is and as whom to speak to it; the parts of a `BROKER_URL`. */
export type BrokerAddress = {
  readonly protocol: 'amqp' | 'amqps'
  readonly hostname: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly vhost: string
}

/** An address that was read, or what is wrong with it; the sentence names no password. */
export type BrokerAddressReading =
  | { readonly kind: 'read'; readonly address: BrokerAddress }
  | { readonly kind: 'wrong'; readonly why: string }

const PORTS = { amqp: 5672, amqps: 5671 } as const

const FORM = 'write it as the platform shows it: pyamqp://name:password@host:5672/virtual-host'

/**
 * Reads a `BROKER_URL` as Codabench shows it to the owner of a queue (protocol reference, 1.1): `pyamqp://`, `amqp://` or
 * `amqps://`; an empty virtual host or `//` is the default one. `useTls` is what `BROKER_USE_SSL` asks for.
 */
export function readBrokerAddress(
  text: string,
  { useTls }: { readonly useTls: boolean },
): BrokerAddressReading {
  const url = parseUrl(text)
  if (url === undefined) return { kind: 'wrong', why: `it is no address; ${FORM}` }
  const scheme = url.protocol.replace(/:$/, '')
  if (!['pyamqp', 'amqp', 'amqps', 'pyamqps'].includes(scheme))
    return { kind: 'wrong', why: `"${scheme}" is no broker that this worker knows; ${FORM}` }
  if (url.hostname === '') return { kind: 'wrong', why: `it names no host; ${FORM}` }
  const protocol = useTls || scheme.endsWith('amqps') ? 'amqps' : 'amqp'
  const vhost = decode(url.pathname.replace(/^\//, ''))
  const username = decode(url.username)
  const password = decode(url.password)
  if (vhost === undefined || username === undefined || password === undefined)
    return { kind: 'wrong', why: `a "%" in it is not followed by two digits; ${FORM}` }
  return {
    kind: 'read',
    address: {
      protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? PORTS[protocol] : Number(url.port),
      username: username || 'guest',
      password: password || 'guest',
      vhost: vhost === '' ? '/' : vhost,
    },
  }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
