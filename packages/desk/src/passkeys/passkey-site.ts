import { secureHostOf } from '@scoregate/gate/verify-assertion'

/** Where the passkeys of a desk work: its address, and the host that authenticators sign for. */
export type PasskeySite = { readonly origin: string; readonly rpId: string }

/** Whether a desk can have passkeys, and if not, at which address it is. */
export type PasskeyPlace =
  | { readonly kind: 'works'; readonly site: PasskeySite }
  | { readonly kind: 'no-secure-address'; readonly address: string }

/**
 * Whether a desk at this address can have passkeys: browsers give them to `https` and to this machine itself. An address
 * of this machine in numbers stands for `localhost`, since a passkey belongs to a name.
 */
export function passkeyPlace(address: string): PasskeyPlace {
  const url = new URL(address)
  if (url.protocol === 'http:' && (url.hostname === '127.0.0.1' || url.hostname === '[::1]')) {
    url.hostname = 'localhost'
  }
  const { origin } = url
  const rpId = secureHostOf(origin)
  return rpId === undefined
    ? { kind: 'no-secure-address', address: origin }
    : { kind: 'works', site: { origin, rpId } }
}
