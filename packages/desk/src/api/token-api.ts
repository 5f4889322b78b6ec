import { TokenScope } from '@scoregate/web/personal-tokens'
import { z } from 'zod'

/**
 * Personal tokens, of whoever asks and of nobody else:
 *
 *     POST   /api/api-token-auth/   TokenRequest       -> 200 TokenAnswer: by name and password
 *     GET    /api/tokens                               -> 200 TokenList: those in force
 *     POST   /api/tokens            NewTokenRequest    -> 200 TokenAnswer: by another token, and with no more than that has
 *     DELETE /api/tokens/:id                           -> 200 ShownToken: it is at an end
 */
export const TOKEN_PATH = '/api/api-token-auth/'
export const TOKENS_PATH = '/api/tokens'

export const MAX_TOKEN_DAYS = 3650
export const TOKEN_DAYS = 90

/** What a new token is to be. `days` null: it holds until it is revoked. */
export const NewTokenRequest = z.strictObject({
  scope: TokenScope.default('decide'),
  label: z.string().trim().max(100, 'A label has at most 100 characters.').default(''),
  days: z
    .int()
    .min(1, 'A token holds for at least one day.')
    .max(MAX_TOKEN_DAYS, `A token holds for at most ${MAX_TOKEN_DAYS} days, or without an end.`)
    .nullable()
    .default(TOKEN_DAYS),
})
export type NewTokenRequest = z.infer<typeof NewTokenRequest>

export const TokenRequest = z.object({
  username: z.string().max(200),
  password: z.string().max(1000),
  ...NewTokenRequest.shape,
})
export type TokenRequest = z.infer<typeof TokenRequest>

/** A token without its secret. Labels are what somebody typed: show them inert. */
export const ShownToken = z.object({
  id: z.string(),
  label: z.string(),
  scope: TokenScope,
  createdAt: z.iso.datetime(),
  /** To the minute. */
  lastUsedAt: z.iso.datetime().optional(),
  expiresAt: z.iso.datetime().optional(),
})
export type ShownToken = z.infer<typeof ShownToken>

export const TokenList = z.object({ tokens: z.array(ShownToken) })
export type TokenList = z.infer<typeof TokenList>

/** A new token; its secret is told this once. */
export const TokenAnswer = ShownToken.extend({ token: z.string() })
export type TokenAnswer = z.infer<typeof TokenAnswer>
