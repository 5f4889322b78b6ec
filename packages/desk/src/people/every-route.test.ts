import { ErrorBody } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOKEN_PATH } from '../api/token-api.ts'
import { DeskRig, PASSWORD } from '../desk-rig.ts'
import { Role, statedRoles } from './roles.ts'

type Route = { method: string; path: string }

/** What no role is needed for: signing in and out, what is the same for everybody, and what asks for another secret. */
const OPEN = new Set([
  'GET /sign-in',
  'POST /sign-in',
  'GET /sign-in/link',
  'GET /sign-in/institution',
  'GET /sign-in/institution/return',
  'POST /sign-in/passkey',
  'POST /sign-in/passkey/question',
  'POST /sign-out',
  `POST ${TOKEN_PATH}`,
  'GET /assets/:name',
  'GET /invitation',
  'POST /invitation',
  'GET /healthz',
  'GET /metrics',
  'GET /api/docs',
  'GET /api/openapi.json',
])

/** What changes something and is for auditors too: each is about the person's own account, and nothing of a hold. */
const OWN = new Set([
  'POST /account/institution/connect',
  'POST /account/institution/remove',
  'POST /account/passkeys',
  'POST /account/passkeys/question',
  'POST /account/passkeys/remove',
  'POST /notices/:way',
  'POST /notices/:way/end',
  'POST /notices/:way/test',
  'POST /api/tokens',
  'DELETE /api/tokens/:id',
  'POST /account/prove',
  'POST /account/password',
  'POST /account/sessions/:ref/end',
  'POST /account/other-sessions/end',
  'POST /account/tokens',
  'POST /account/tokens/:token/end',
])

const isOpen = ({ method, path }: Route) =>
  OPEN.has(`${method} ${path}`) || path.startsWith('/api/worker/') || path.startsWith('/assets/')

let rig: DeskRig
let holdId: string

beforeAll(async () => {
  const people = [
    ...Role.options.map((role) => ({ username: `only-${role}`, roles: [role] })),
    { username: 'without-roles', roles: [] },
  ].map((person) => ({ ...person, password: PASSWORD, token: `token-of-${person.username}` }))
  // Nobody answers there, which is all that the routes need.
  const institution = {
    ...{ issuer: 'http://127.0.0.1:9', clientId: 'desk', clientSecret: 'none', name: 'Nowhere' },
    requiredClaims: [],
  }
  rig = await DeskRig.start({ config: { provision: { people }, institution } })
  holdId = (await rig.depositUnchecked()).id
})

afterAll(() => rig[Symbol.asyncDispose]())

describe('every route of the desk', () => {
  it('states who may use it, or is one of the few that are open', () => {
    const unstated = routesOf(rig.app).filter(
      (route) => !isOpen(route) && rolesFor(rig.app, route) === undefined,
    )
    expect(unstated).toEqual([])
    expect(routesOf(rig.app).length).toBeGreaterThan(40)
  })

  it('is closed to auditors where it changes anything but their own account', () => {
    const changing = routesOf(rig.app).filter(
      (route) => route.method !== 'GET' && !isOpen(route) && !OWN.has(`${route.method} ${route.path}`),
    )
    expect(changing.filter((route) => rolesFor(rig.app, route)?.includes('auditor'))).toEqual([])
    expect(changing.length).toBeGreaterThan(5)
  })

  it('has the lists of this test right: none of them names a route that is gone', () => {
    const known = new Set(routesOf(rig.app).map(({ method, path }) => `${method} ${path}`))
    const named = [...OPEN, ...OWN].filter((name) => !name.includes('/assets/'))
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it.each([...Role.options, 'none'] as const)(
    'refuses %s where it is not for them, and nowhere else',
    async (role) => {
      const token = role === 'none' ? 'token-of-without-roles' : `token-of-only-${role}`
      for (const route of routesOf(rig.app).filter((route) => !isOpen(route))) {
        const roles = rolesFor(rig.app, route) ?? []
        const isAllowed = Role.options.some((one) => one === role && roles.includes(one))
        const answer = await ask(route, { authorization: `Token ${token}` })
        const isRefused = answer.status === 403 && (await codeOf(answer)) === 'role-missing'
        expect({ ...route, isRefused }).toEqual({ ...route, isRefused: !isAllowed })
      }
    },
  )

  it('asks for a sign-in first', async () => {
    for (const route of routesOf(rig.app).filter((route) => !isOpen(route))) {
      const answer = await ask(route, {})
      const isLed = route.method === 'GET' && !route.path.startsWith('/api/')
      expect({ ...route, status: answer.status }).toEqual({ ...route, status: isLed ? 303 : 401 })
      if (isLed) expect(answer.headers.get('location')).toMatch(/^\/sign-in/)
    }
  })
})

function routesOf(app: Hono<WebEnv>): Route[] {
  const routes = app.routes.filter(({ method }) => method !== 'ALL')
  const named = new Map(routes.map(({ method, path }) => [`${method} ${path}`, { method, path }]))
  return [...named.values()]
}

/** Who gets through all that stands before a route; undefined where nothing does. */
function rolesFor(app: Hono<WebEnv>, { method, path }: Route): Role[] | undefined {
  const [matched] = app.router.match(method, sampleOf(path))
  const chain = matched.map(([[handler, route]]) => ({ handler, route }))
  const end = chain.findLastIndex(({ route }) => route.method === method && route.path === path)
  const stated = chain
    .slice(0, end + 1)
    .filter(({ route }) => route.method === 'ALL' || route.path === path)
    .flatMap(({ handler }) => {
      const roles = statedRoles(handler)
      return roles === undefined ? [] : [roles]
    })
  if (stated.length === 0) return undefined
  return Role.options.filter((role) => stated.every((roles) => roles.includes(role)))
}

function sampleOf(path: string): string {
  return path
    .replace(/\{[^/]*\}/g, '')
    .replace(':id', holdId)
    .replace(':n', '0')
    .replace(':month', '2026-05')
    .replace(':file', '2026-05.csv')
    .replace(/:[a-z]+/gi, 'x')
}

function ask({ method, path }: Route, headers: Record<string, string>): Promise<Response> {
  return fetch(`${rig.url}${sampleOf(path)}`, {
    method,
    redirect: 'manual',
    headers: { ...headers, accept: 'application/json' },
  })
}

async function codeOf(answer: Response): Promise<string | undefined> {
  return ErrorBody.safeParse(await answer.json().catch(() => undefined)).data?.code
}
