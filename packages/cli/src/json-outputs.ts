import { SearchHit } from '@scoregate/desk/file-api'
import {
  ClaimAnswer,
  DecisionAnswer,
  FileDiff,
  HoldDetails,
  HoldDiff,
  HoldFile,
  HoldLine,
  WithdrawalAnswer,
} from '@scoregate/desk/hold-api'
import { ShownToken, TokenAnswer, TokenList } from '@scoregate/desk/token-api'
import { ErrorBody } from '@scoregate/protocol/errors'
import { Receipt } from '@scoregate/protocol/receipt'
import { Command } from 'commander'
import { z } from 'zod'
import { sayJson } from './print.ts'
import { WatchEvent } from './review/watch-events.ts'

/** What each command prints with `--json`. Fields may be added; none goes, and none changes what it means. */
export const JSON_OUTPUTS = {
  'review list': z.object({
    holds: z.array(HoldLine),
    total: z.int(),
    isMore: z.boolean(),
    nextAfter: z.string().optional(),
  }),
  'review watch': WatchEvent,
  'review claim': ClaimAnswer,
  'review show': HoldDetails,
  'review files': z.object({ id: z.string(), digest: z.string(), files: z.array(HoldFile) }),
  'review files --search': z.object({
    id: z.string(),
    file: z.int(),
    hits: z.array(SearchHit),
    isFull: z.boolean(),
  }),
  'review diff': HoldDiff,
  'review diff FILE': FileDiff,
  'review approve': DecisionAnswer,
  'review reject': DecisionAnswer,
  'review withdraw': WithdrawalAnswer,
  'review receipt': Receipt,
  'review token list': TokenList,
  'review token make': TokenAnswer,
  'review token revoke': ShownToken,
  error: z.object({ error: ErrorBody }),
} as const satisfies Readonly<Record<string, z.ZodType>>

/** `scoregate json-schema`: the JSON Schema of what every command prints with `--json`, by its name. */
export function jsonSchemaCommand(): Command {
  return new Command('json-schema')
    .description('the JSON Schema of what each command of a reviewer prints with --json')
    .action(() => {
      sayJson(
        Object.fromEntries(
          Object.entries(JSON_OUTPUTS).map(([name, schema]) => [
            name,
            z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }),
          ]),
        ),
      )
    })
}
