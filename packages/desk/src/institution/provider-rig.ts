import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import type { InstitutionSettings } from './institution-settings.ts'

/** Somebody as the provider knows them. */
export type ProviderAccount = {
  readonly sub: string
  readonly email?: string
  readonly email_verified?: unknown
  readonly groups?: readonly string[]
  readonly acr?: string
}

const CLIENT_SECRET = 'planted-client-secret-of-the-desk'
/** A client of the provider beside the desk. */
const OTHER_CLIENT = 'another-program'

/** A real provider on a port of its own. What it does and whom it signs in, a test sets. */
export type ProviderRig = Awaited<ReturnType<typeof startProvider>>

export async function startProvider() {
  const state = {
    /** Who sits before the browser; nobody: the provider is told that they refuse. */
    account: undefined as ProviderAccount | undefined,
    /** Every request is answered with an error of the server. */
    isBroken: false,
    /** Changes the answer to the desk that holds the ID token. */
    tamper: (answer: Record<string, unknown>): Record<string, unknown> => answer,
  }
  const accounts = new Map<string, ProviderAccount>()
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined
  const server = createServer((request, response) => {
    if (state.isBroken) response.writeHead(503).end('<script>planted-words-of-the-provider</script>')
    else handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    state,
    issuer,
    settings: {
      ...{ issuer, clientId: 'desk', clientSecret: CLIENT_SECRET, name: 'Test University' },
      requiredClaims: [],
    } satisfies InstitutionSettings,
    otherClient: OTHER_CLIENT,
    /** Lets the provider know where this desk is. */
    register(deskUrl: string) {
      const redirect_uris = [`${deskUrl}/sign-in/institution/return`]
      const client = { client_secret: CLIENT_SECRET, redirect_uris }
      const provider = new Provider(issuer, {
        clients: [
          { ...client, client_id: 'desk' },
          { ...client, client_id: OTHER_CLIENT },
        ],
        acrValues: ['password', 'two-factors'],
        claims: { openid: ['sub'], email: ['email', 'email_verified', 'groups'], acr: null },
        features: { devInteractions: { enabled: false } },
        interactions: { url: () => '/interaction' },
        findAccount: (_: unknown, accountId: string) => {
          const { acr: _acr, ...claims } = accounts.get(accountId) ?? { sub: accountId }
          return { accountId, claims: async () => claims }
        },
        async loadExistingGrant({
          oidc,
        }: {
          oidc: { client: { clientId: string }; session: { accountId: string } }
        }) {
          const grant = new provider.Grant({
            clientId: oidc.client.clientId,
            accountId: oidc.session.accountId,
          })
          grant.addOIDCScope('openid email')
          await grant.save()
          return grant
        },
      })
      provider.use(async (context, next) => {
        await next()
        if (context.path === '/token') context.body = state.tamper({ ...(context.body as object) })
      })
      const answer = provider.callback()
      handle = (request, response) => {
        if (request.url?.startsWith('/interaction') !== true) return answer(request, response)
        const { account } = state
        if (account !== undefined) accounts.set(account.sub, account)
        const result =
          account === undefined
            ? { error: 'access_denied', error_description: '<script>planted-words-of-the-provider</script>' }
            : {
                login: { accountId: account.sub, ...(account.acr === undefined ? {} : { acr: account.acr }) },
              }
        provider
          .interactionFinished(request, response, result)
          .catch((error) => response.writeHead(500).end(String(error)))
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a page was, and how one came to it. */
export type Visited = {
  readonly url: URL
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** A browser without a screen: it keeps cookies for each site and follows where it is led. */
export class CookieBrowser {
  readonly #cookies = new Map<string, Map<string, { value: string; path: string }>>()

  /** Goes to an address, and on to wherever it leads; `stopAt` ends that before the first address that it is true of. */
  async go(
    address: string | URL,
    given: {
      fields?: [string, string][]
      headers?: Record<string, string>
      stopAt?: (url: URL) => boolean
    } = {},
  ): Promise<Visited> {
    let url = new URL(address)
    let { fields } = given
    for (let step = 0; step < 20; step += 1) {
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { ...given.headers, cookie: this.#cookieHeader(url) },
        ...(fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) }),
      })
      this.#keep(url, answer)
      fields = undefined
      const location =
        answer.headers.get('location') ?? answer.headers.get('refresh')?.replace(/^0; url=/, '') ?? null
      if (location === null) {
        return { url, status: answer.status, text: await answer.text(), headers: answer.headers }
      }
      const next = new URL(location, url)
      if (given.stopAt?.(next) === true)
        return { url: next, status: answer.status, text: '', headers: answer.headers }
      url = next
    }
    throw new Error(`There were too many redirects, to ${url}.`)
  }

  /** Another browser with the same cookies. */
  clone(): CookieBrowser {
    const other = new CookieBrowser()
    for (const [origin, cookies] of this.#cookies) other.#cookies.set(origin, new Map(cookies))
    return other
  }

  #cookieHeader(url: URL): string {
    const cookies = [...(this.#cookies.get(url.origin) ?? [])]
    return cookies
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
  }

  #keep(url: URL, answer: Response): void {
    const cookies = this.#cookies.get(url.origin) ?? new Map()
    this.#cookies.set(url.origin, cookies)
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/; */)
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/'
      if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) cookies.delete(name)
      else cookies.set(name, { value, path })
    }
  }
}
