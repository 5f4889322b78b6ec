import { ScoregateError } from '@scoregate/protocol/errors'
import { clientAddress } from '@scoregate/web/client-address'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import type { PersonalToken } from '@scoregate/web/personal-tokens'
import { Hono } from 'hono'
import {
  NewTokenRequest,
  type ShownToken,
  TOKEN_PATH,
  TOKENS_PATH,
  type TokenAnswer,
  type TokenList,
  TokenRequest,
} from '../api/token-api.ts'
import { refuseOldProof } from '../people/proof.tsx'
import { requireAnyRole } from '../people/roles.ts'
import { failedSignIn } from '../reviewers/failed-sign-in.ts'
import { makeOwnToken, makeTokenBy, revokeOwnToken, type TokenDesk } from './own-tokens.ts'

/** The API that `token-api.ts` describes. */
export function tokenRoutes(desk: TokenDesk & { trustedProxy: string | undefined }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.post(TOKEN_PATH, async (c) => {
    const { username, password, ...wish } = await parseBody(c, TokenRequest)
    const person = await desk.accounts.checkPassword(username, password, clientAddress(c, desk.trustedProxy))
    if (person === undefined) {
      await desk.audit.record(await failedSignIn(desk.accounts, username))
      throw wrongPassword()
    }
    return c.json(toAnswer(await makeOwnToken(desk, person, wish)))
  })

  app.get(TOKENS_PATH, requireAnyRole(), async (c) => {
    const { person } = requirePerson(c)
    const tokens = await desk.accounts.listTokens(person)
    return c.json({ tokens: tokens.map(toShownToken) } satisfies TokenList)
  })

  app.post(TOKENS_PATH, requireAnyRole(), async (c) => {
    const signedIn = requirePerson(c)
    // A token that asks for another is its own proof.
    if (signedIn.by.kind === 'session') refuseOldProof(c, desk.clock())
    const wish = await parseBody(c, NewTokenRequest)
    return c.json(toAnswer(await makeTokenBy(desk, signedIn, wish)))
  })

  app.delete(`${TOKENS_PATH}/:id`, requireAnyRole(), async (c) => {
    const { person } = requirePerson(c)
    return c.json(toShownToken(await revokeOwnToken(desk, person, c.req.param('id'))))
  })

  return app
}

function toShownToken(token: PersonalToken): ShownToken {
  const { id, label, scope, createdAt, lastUsedAt, expiresAt } = token
  return {
    ...{ id, label, scope, createdAt: createdAt.toISOString() },
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
  }
}

function toAnswer({ secret, token }: { secret: string; token: PersonalToken }): TokenAnswer {
  return { ...toShownToken(token), token: secret }
}

function wrongPassword(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'wrong-password',
    message: 'The name or the password is wrong.',
    remedy: 'Check both and try again.',
  })
}
