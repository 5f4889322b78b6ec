import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import { refusal } from '../refusals.ts'
import type { ApiParts } from './api-parts.ts'

const Credentials = z.object({ username: z.string().max(200), password: z.string().max(2000) })
const Token = z.object({ token: z.string() })
const NewAccount = z.object({ id: z.int(), username: z.string(), token: z.string() })
const Me = z.object({ id: z.int(), username: z.string() })

/** Signing up and tokens. */
export function accountRoutes({ accounts, docs }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  docs.describe({
    method: 'post',
    path: '/api/accounts/',
    tag: 'Our own',
    summary: 'Sign up',
    body: Credentials,
    answers: {
      201: { text: 'The account and a token for it', schema: NewAccount },
      400: { text: 'The name or the password cannot be used' },
      409: { text: 'The name is taken' },
    },
  })
  routes.post('/api/accounts', async (c) => {
    const person = await accounts.createPerson(await parseBody(c, Credentials))
    const token = await accounts.createToken(person)
    return c.json(
      { id: person.id, username: person.username, token } satisfies z.infer<typeof NewAccount>,
      201,
    )
  })

  docs.describe({
    method: 'post',
    path: '/api/api-token-auth/',
    tag: "Codabench's",
    summary: 'A token for a name and password',
    body: Credentials,
    answers: {
      200: { text: 'The token', schema: Token },
      400: { text: 'The name or the password is wrong' },
    },
  })
  routes.post('/api/api-token-auth', async (c) => {
    const { username, password } = await parseBody(c, Credentials)
    const person = await accounts.checkPassword(username, password)
    if (person === undefined) {
      throw refusal(
        'bad-input',
        'bad-credentials',
        'The name or the password is wrong.',
        'Check both and try again.',
      )
    }
    return c.json({ token: await accounts.createToken(person) } satisfies z.infer<typeof Token>)
  })

  docs.describe({
    method: 'get',
    path: '/api/my_profile/',
    tag: "Codabench's",
    summary: 'Who the token belongs to',
    answers: { 200: { text: 'The account', schema: Me } },
  })
  routes.get('/api/my_profile', (c) => {
    const { person } = requirePerson(c)
    return c.json({ id: person.id, username: person.username } satisfies z.infer<typeof Me>)
  })
  return routes
}
