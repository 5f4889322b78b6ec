import type { Configuration } from 'openid-client'
import { z } from 'zod'
import type { InstitutionSettings, RequiredClaim } from './institution-settings.ts'
import type { Flow } from './sign-in-flow.ts'

/** Whom the provider vouches for. */
export type Identity = {
  readonly issuer: string
  readonly subject: string
  /** In small letters, and whether the institution has confirmed it. */
  readonly email: { readonly address: string; readonly isConfirmed: boolean } | undefined
}

/** What came of a journey to the provider. Nothing that the provider wrote is in it but the identity. */
export type ProviderAnswer =
  | { readonly kind: 'known'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly code: 'denied' | 'bad-answer' | 'claim-missing' | 'unavailable' }

/** What a journey begins with: where the browser goes, and what must come back with it. */
export type Departure = Pick<Flow, 'state' | 'nonce' | 'codeVerifier'> & { readonly address: string }

/** The provider of an institution. */
export type InstitutionProvider = {
  readonly issuer: string
  readonly name: string
  /** Begins a journey; undefined when the provider does not answer. */
  depart(returnAddress: string): Promise<Departure | undefined>
  /** Ends it with the whole address to which the browser came back. Never throws. */
  arrive(
    address: URL,
    flow: Pick<Flow, 'state' | 'nonce' | 'codeVerifier'>,
    returnAddress: string,
  ): Promise<ProviderAnswer>
}

const SILENCE_SECONDS = 10
/** After so long the metadata of the provider are read anew. */
const METADATA_MILLISECONDS = 3_600_000

/** As OpenID Connect Core 2 has it; what is longer or has other signs is no subject. */
const Subject = z.string().regex(/^[\x20-\x7e]{1,255}$/)
/** ASCII alone: small letters of other alphabets can turn into these. */
const Email = z.email().max(254)

/** A provider that is asked for its metadata when it is first needed; the desk starts without it. */
export function createProvider(
  settings: InstitutionSettings,
  { monotonic, onTrouble }: { monotonic: () => number; onTrouble: (why: string) => void },
): InstitutionProvider {
  let known: { configuration: Promise<Configuration>; at: number } | undefined

  function configuration(): Promise<Configuration> {
    if (known !== undefined && monotonic() - known.at < METADATA_MILLISECONDS) return known.configuration
    const found = { configuration: discover(settings), at: monotonic() }
    known = found
    found.configuration.catch(() => {
      // One that did not answer is asked again the next time.
      if (known === found) known = undefined
    })
    return found.configuration
  }

  return {
    issuer: settings.issuer,
    name: settings.name,

    async depart(returnAddress) {
      try {
        const client = await import('openid-client')
        const codeVerifier = client.randomPKCECodeVerifier()
        const secrets = { state: client.randomState(), nonce: client.randomNonce() }
        const address = client.buildAuthorizationUrl(await configuration(), {
          ...secrets,
          redirect_uri: returnAddress,
          scope: 'openid email',
          code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          ...wantedClasses(settings),
        })
        return { ...secrets, codeVerifier, address: address.href }
      } catch (error) {
        onTrouble(troubleOf(error))
        return undefined
      }
    },

    async arrive(address, flow, returnAddress) {
      try {
        const client = await import('openid-client')
        // The address as the provider was told it: what stands before this desk may have another.
        const current = new URL(returnAddress)
        current.search = address.search
        const tokens = await client.authorizationCodeGrant(await configuration(), current, {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.codeVerifier,
          idTokenExpected: true,
        })
        const claims: Readonly<Record<string, unknown>> = { ...tokens.claims() }
        const subject = Subject.safeParse(claims['sub'])
        if (!subject.success) return { kind: 'refused', code: 'bad-answer' }
        const all = isComplete(claims, settings)
          ? claims
          : { ...(await moreClaims(await configuration(), tokens.access_token, subject.data)), ...claims }
        if (!settings.requiredClaims.every((required) => hasClaim(all, required))) {
          return { kind: 'refused', code: 'claim-missing' }
        }
        return {
          kind: 'known',
          identity: { issuer: settings.issuer, subject: subject.data, email: emailIn(all) },
        }
      } catch (error) {
        onTrouble(troubleOf(error))
        return { kind: 'refused', code: await refusalOf(error) }
      }
    },
  }
}

async function discover(settings: InstitutionSettings): Promise<Configuration> {
  const client = await import('openid-client')
  const issuer = new URL(settings.issuer)
  return client.discovery(
    issuer,
    settings.clientId,
    undefined,
    client.ClientSecretBasic(settings.clientSecret),
    {
      timeout: SILENCE_SECONDS,
      execute: [
        // Signatures are checked although the token comes from the provider itself: the connection is not all there is.
        client.enableNonRepudiationChecks,
        ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
    },
  )
}

/** A provider that can sign in with one or two factors is told which is wanted. */
function wantedClasses({ requiredClaims }: InstitutionSettings): { acr_values?: string } {
  const classes = requiredClaims.filter(({ claim }) => claim === 'acr').flatMap(({ values }) => values)
  return classes.length === 0 ? {} : { acr_values: classes.join(' ') }
}

function isComplete(claims: Readonly<Record<string, unknown>>, settings: InstitutionSettings): boolean {
  return ['email', ...settings.requiredClaims.map(({ claim }) => claim)].every((claim) => claim in claims)
}

/** Some providers give the address only to whoever asks for it with the token. */
async function moreClaims(
  configuration: Configuration,
  accessToken: string,
  subject: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  const client = await import('openid-client')
  return { ...(await client.fetchUserInfo(configuration, accessToken, subject)) }
}

function hasClaim(claims: Readonly<Record<string, unknown>>, { claim, values }: RequiredClaim): boolean {
  const given = claims[claim]
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return list.some((value) => typeof value === 'string' && values.includes(value))
}

function emailIn(claims: Readonly<Record<string, unknown>>): Identity['email'] {
  const address = Email.safeParse(claims['email'])
  if (!address.success) return undefined
  // Only the value itself: some providers write "false" as a text, and a text is true.
  return { address: address.data.toLowerCase(), isConfirmed: claims['email_verified'] === true }
}

async function refusalOf(error: unknown): Promise<'denied' | 'bad-answer' | 'unavailable'> {
  const client = await import('openid-client')
  if (error instanceof client.AuthorizationResponseError) return 'denied'
  if (error instanceof client.ResponseBodyError) return error.status >= 500 ? 'unavailable' : 'bad-answer'
  if (error instanceof client.ClientError) {
    const isFailing = error.cause instanceof Response && error.cause.status >= 500
    return isFailing || error.code === 'OAUTH_TIMEOUT' ? 'unavailable' : 'bad-answer'
  }
  // What `fetch` throws when nobody answers; the library throws others of this class for what is wrong in a call, by code.
  return error instanceof TypeError && !('code' in error) ? 'unavailable' : 'bad-answer'
}

/** What the log may have of a failure: the provider's own words stay out. */
function troubleOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error ? ` ${String(error.code)}` : ''
  const cause = error.cause instanceof Error && 'code' in error.cause ? ` ${String(error.cause.code)}` : ''
  return `${error.name}${code}${cause}`
}
