import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import {
  BLOBS_PATH,
  DEPOSITS_PATH,
  Deposit,
  DepositReceipt,
  WORKER_SITE_PATH,
  WorkerSite,
} from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import { ErrorBody } from '@scoregate/protocol/errors'
import { Receipt, ReceiptPredicate } from '@scoregate/protocol/receipt'
import { WORKER_REPORT_PATH, WorkerReport } from '@scoregate/protocol/worker-report'
import { z } from 'zod'
import { Health } from '../health/health-check.ts'
import { MAX_PART_BYTES, SearchProgress, SearchQuery } from './file-api.ts'
import {
  ClaimAnswer,
  DecisionAnswer,
  DecisionRequest,
  FileDiff,
  HOLDS_PATH,
  HoldDetails,
  HoldDiff,
  HoldPage,
  HoldQuery,
  WithdrawalAnswer,
} from './hold-api.ts'
import {
  NewTokenRequest,
  ShownToken,
  TOKEN_PATH,
  TOKENS_PATH,
  TokenAnswer,
  TokenList,
  TokenRequest,
} from './token-api.ts'

/** One endpoint of the desk, as its documents tell it. */
export type Endpoint = {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** With OpenAPI's `{names}`. */
  readonly path: string
  readonly who: 'reviewer' | 'worker' | 'anybody'
  readonly summary: string
  readonly parameters?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType | 'bytes'
  readonly answers: Readonly<Record<number, { readonly words: string; readonly body?: z.ZodType | 'bytes' }>>
}

const holdId = z.object({ id: z.string() })

/** Every endpoint; a test asks each of them, so that none is documented that does not exist. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'post',
    path: TOKEN_PATH,
    who: 'anybody',
    summary: 'Get a personal token for a name and password',
    body: TokenRequest,
    answers: { 200: { words: 'The token', body: TokenAnswer } },
  },
  {
    method: 'get',
    path: TOKENS_PATH,
    who: 'reviewer',
    summary: 'List your own tokens that are in force',
    answers: { 200: { words: 'The tokens, without their secrets', body: TokenList } },
  },
  {
    method: 'post',
    path: TOKENS_PATH,
    who: 'reviewer',
    summary: 'Make another token, which holds no longer than the one that asks',
    body: NewTokenRequest,
    answers: { 200: { words: 'The token', body: TokenAnswer } },
  },
  {
    method: 'delete',
    path: `${TOKENS_PATH}/{id}`,
    who: 'reviewer',
    summary: 'Revoke one of your tokens',
    parameters: z.object({ id: z.string() }),
    answers: {
      200: { words: 'It is at an end', body: ShownToken },
      404: { words: 'You have no such token in force', body: ErrorBody },
    },
  },
  {
    method: 'get',
    path: HOLDS_PATH,
    who: 'reviewer',
    summary:
      'List holds: those that wait, failed runs, or those decided; filtered by parts of names, age, state and finding',
    query: z.object(HoldQuery.shape),
    answers: {
      200: { words: 'One page of the list', body: HoldPage },
      400: { words: 'A key makes no sense', body: ErrorBody },
    },
  },
  {
    method: 'get',
    path: `${HOLDS_PATH}/{id}`,
    who: 'reviewer',
    summary: 'Show one hold',
    parameters: holdId,
    answers: { 200: { words: 'The hold', body: HoldDetails } },
  },
  {
    method: 'get',
    path: `${HOLDS_PATH}/{id}/files/{n}`,
    who: 'reviewer',
    summary:
      'Download a sealed file, from an offset in bytes on; the connection breaks if it was altered. With a length: that part of it',
    parameters: z.object({ id: z.string(), n: z.int().min(0) }),
    query: z.object({
      offset: z.int().min(0).optional(),
      length: z.int().min(0).max(MAX_PART_BYTES).optional(),
    }),
    answers: { 200: { words: 'The bytes', body: 'bytes' } },
  },
  {
    method: 'get',
    path: `${HOLDS_PATH}/{id}/files/{n}/search`,
    who: 'reviewer',
    summary: 'Search inside a sealed file: a line of JSON for each stretch that was searched',
    parameters: z.object({ id: z.string(), n: z.int().min(0) }),
    query: SearchQuery,
    answers: {
      200: { words: 'How far it is, and what was found since the line before', body: SearchProgress },
    },
  },
  {
    method: 'get',
    path: `${HOLDS_PATH}/{id}/diff`,
    who: 'reviewer',
    summary:
      'What is new in a hold since the last one of its participant: scores, and files by their digests',
    parameters: holdId,
    answers: { 200: { words: 'What is new', body: HoldDiff } },
  },
  {
    method: 'get',
    path: `${HOLDS_PATH}/{id}/diff/{n}`,
    who: 'reviewer',
    summary: 'The lines in which a file differs from that of the last hold; or why they were not compared',
    parameters: z.object({ id: z.string(), n: z.int().min(0) }),
    answers: { 200: { words: 'The lines that differ', body: FileDiff } },
  },
  {
    method: 'get',
    path: `${HOLDS_PATH}/{id}/receipt`,
    who: 'reviewer',
    summary: 'The signed receipt of what the platform was told of a hold: of one outcome, or the newest',
    parameters: holdId,
    query: z.object({ outcome: ReceiptPredicate.shape.outcome.optional() }),
    answers: {
      200: { words: 'The receipt', body: Receipt },
      404: { words: 'None is signed yet', body: ErrorBody },
    },
  },
  {
    method: 'post',
    path: `${HOLDS_PATH}/{id}/claim`,
    who: 'reviewer',
    summary: 'Say to the others that you are looking at a hold; it lapses by itself and blocks nobody',
    parameters: holdId,
    answers: { 200: { words: 'Who is looking at it', body: ClaimAnswer } },
  },
  {
    method: 'delete',
    path: `${HOLDS_PATH}/{id}/claim`,
    who: 'reviewer',
    summary: 'End your own claim of a hold',
    parameters: holdId,
    answers: { 200: { words: 'Who is looking at it', body: ClaimAnswer } },
  },
  {
    method: 'post',
    path: `${HOLDS_PATH}/{id}/decision`,
    who: 'reviewer',
    summary: 'Approve or reject a hold, by the digest of what was looked at',
    parameters: holdId,
    body: DecisionRequest,
    answers: {
      200: { words: 'The decision was taken, or waits for a second reviewer', body: DecisionAnswer },
      403: { words: 'It was not: you may not decide this hold', body: ErrorBody },
      409: {
        words: 'It was not: decided before, expired, other contents, or only to be rejected',
        body: ErrorBody,
      },
    },
  },
  {
    method: 'delete',
    path: `${HOLDS_PATH}/{id}/approval`,
    who: 'reviewer',
    summary: 'Withdraw your approval while it waits for a second reviewer',
    parameters: holdId,
    answers: {
      200: { words: 'It is withdrawn', body: WithdrawalAnswer },
      409: { words: 'There is none, or the hold was decided meanwhile', body: ErrorBody },
    },
  },
  {
    method: 'get',
    path: WORKER_SITE_PATH,
    who: 'worker',
    summary: "What the site's policy lets a worker do",
    answers: { 200: { words: 'Images, limits and data', body: WorkerSite } },
  },
  {
    method: 'put',
    path: WORKER_REPORT_PATH,
    who: 'worker',
    summary: 'Tell how a worker is',
    body: WorkerReport,
    answers: { 200: { words: 'It is written down', body: z.object({}) } },
  },
  {
    method: 'put',
    path: `${BLOBS_PATH}/{sha256}`,
    who: 'worker',
    summary: 'Store a sealed file in the vault',
    parameters: z.object({ sha256: Digest }),
    body: 'bytes',
    answers: {
      200: { words: 'It was there already' },
      201: { words: 'It is stored' },
      400: { words: 'The bytes have another digest', body: ErrorBody },
    },
  },
  {
    method: 'post',
    path: DEPOSITS_PATH,
    who: 'worker',
    summary: 'Deposit a sealed run, whose files were stored before',
    body: Deposit,
    answers: {
      200: { words: 'The same deposit was made before', body: DepositReceipt },
      201: { words: 'There is a hold now', body: DepositReceipt },
    },
  },
  {
    method: 'get',
    path: '/healthz',
    who: 'anybody',
    summary: 'How the desk is, in closed words',
    answers: {
      200: { words: 'All is well', body: Health },
      503: { words: 'Something needs a person', body: Health },
    },
  },
]

/** The OpenAPI 3.1 document of the desk. */
export function openApiDocument(): object {
  const app = new OpenAPIHono()
  for (const type of ['reviewer', 'worker'] as const) {
    app.openAPIRegistry.registerComponent('securitySchemes', type, {
      type: 'http',
      scheme: 'bearer',
      description: type === 'reviewer' ? 'A personal token' : 'The worker token of the site',
    })
  }
  for (const endpoint of ENDPOINTS) app.openAPIRegistry.registerPath(toRoute(endpoint))
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Scoregate Desk',
      version: '1',
      description: 'Review of what runs on private data produced.',
    },
  })
}

function toRoute(endpoint: Endpoint): ReturnType<typeof createRoute> {
  const { method, path, summary, parameters, query, body, answers, who } = endpoint
  return createRoute({
    method,
    path,
    summary,
    ...(who === 'anybody' ? {} : { security: [{ [who]: [] }] }),
    request: {
      ...(parameters === undefined ? {} : { params: parameters }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: { content: contentOf(body), required: true } }),
    },
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, answer]) => [
        status,
        {
          description: answer.words,
          ...(answer.body === undefined ? {} : { content: contentOf(answer.body) }),
        },
      ]),
      ['default', { description: 'What went wrong, and what to do', content: contentOf(ErrorBody) }],
    ]),
  })
}

function contentOf(body: z.ZodType | 'bytes'): Record<string, { schema: z.ZodType }> {
  return body === 'bytes'
    ? { 'application/octet-stream': { schema: z.string() } }
    : { 'application/json': { schema: body } }
}
