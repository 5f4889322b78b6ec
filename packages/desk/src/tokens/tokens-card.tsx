import { Badge } from '@scoregate/ui/badge'
import { Button } from '@scoregate/ui/button'
import { RadioGroup, SelectField } from '@scoregate/ui/choice'
import { InertName } from '@scoregate/ui/facts'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { PersonalToken, TokenScope } from '@scoregate/web/personal-tokens'
import type { FC } from 'hono/jsx'
import { TOKEN_DAYS } from '../api/token-api.ts'
import { paths } from '../paths.ts'

/** What each scope is called, and what it is for. */
export const SCOPE_WORDS = {
  read: {
    label: 'Read only',
    description: 'Lists and shows holds, reads files. Changes nothing, whoever gets hold of it.',
  },
  decide: {
    label: 'Read and decide',
    description: 'Everything that your roles let you do, approving and rejecting with it.',
  },
} as const satisfies Record<TokenScope, { label: string; description: string }>

/** The form for a new token as somebody sent it, with what is wrong with it. */
export type RefusedTokenForm = {
  readonly label: string
  readonly scope: string
  readonly days: string
  readonly errors: readonly FormError[]
}

/** The lengths that the form offers; a program may ask for any other. */
export const DAYS_OFFERED = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: String(TOKEN_DAYS), label: `${TOKEN_DAYS} days` },
  { value: '365', label: '1 year' },
  { value: 'none', label: 'Until I revoke it' },
] as const

/** See `TokensCard`. */
export interface TokensCardProps {
  readonly tokens: readonly PersonalToken[]
  readonly refused?: RefusedTokenForm | undefined
  /** Absent for whoever reads with a token: forms are for browsers. */
  readonly csrf: string | undefined
  readonly now: Date
}

/** A person's own tokens for the command line and other programs: those in force, and a form for another. */
export const TokensCard: FC<TokensCardProps> = ({ tokens, refused, csrf, now }) => (
  <Card
    title="Tokens"
    description="For the command line and your own programs. Whoever has one acts in your name, so keep it as you keep a password."
  >
    <Stack>
      <DataTable
        caption="Your tokens"
        columns={columns({ csrf, now })}
        rows={tokens}
        narrow="stack"
        empty="You have no token in force."
      />
      {csrf !== undefined && <NewTokenForm csrf={csrf} refused={refused} />}
    </Stack>
  </Card>
)

function columns({ csrf, now }: Pick<TokensCardProps, 'csrf' | 'now'>): Column<PersonalToken>[] {
  return [
    {
      key: 'label',
      header: 'Label',
      isRowHeader: true,
      isWide: true,
      cell: ({ label, id, createdAt }) => (
        <Stack gap="tight">
          {label === '' ? <span>No label</span> : <InertName text={label} />}
          <small>
            <code>{id}</code>, made <When at={createdAt} now={now} />
          </small>
        </Stack>
      ),
    },
    {
      key: 'scope',
      header: 'May',
      cell: ({ scope }) => (
        <Badge tone={scope === 'read' ? 'neutral' : 'warn'}>{SCOPE_WORDS[scope].label}</Badge>
      ),
    },
    {
      key: 'used',
      header: 'Last used',
      cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'Never' : <When at={lastUsedAt} now={now} />),
    },
    {
      key: 'expires',
      header: 'Ends',
      cell: ({ expiresAt }) => (expiresAt === undefined ? 'Never' : <When at={expiresAt} now={now} />),
    },
    ...(csrf === undefined
      ? []
      : [
          {
            key: 'revoke',
            header: 'Revoke',
            isHeaderHidden: true,
            cell: ({ id, label }: PersonalToken) => (
              <Form
                action={paths.tokenEnd(id)}
                csrf={csrf}
                layout="inline"
                label={`Revoke ${label === '' ? id : label}`}
              >
                <Button kind="quiet" size="small">
                  Revoke
                </Button>
              </Form>
            ),
          },
        ]),
  ]
}

const NewTokenForm: FC<{ csrf: string; refused: RefusedTokenForm | undefined }> = ({ csrf, refused }) => {
  const errors = refused?.errors ?? []
  return (
    <Form action={paths.tokens} csrf={csrf} label="New token">
      <ErrorSummary errors={errors} />
      <TextField
        name="label"
        label="What is it for?"
        hint="Such as the machine or the program that uses it."
        maxLength={100}
        autocomplete="off"
        value={refused?.label}
        error={errorAt(errors, 'label')}
      />
      <RadioGroup
        name="scope"
        label="What may it do?"
        choices={(['read', 'decide'] as const).map((value) => ({ value, ...SCOPE_WORDS[value] }))}
        value={refused?.scope ?? 'read'}
        error={errorAt(errors, 'scope')}
      />
      <SelectField
        name="days"
        label="How long?"
        options={DAYS_OFFERED}
        value={refused?.days ?? String(TOKEN_DAYS)}
        error={errorAt(errors, 'days')}
      />
      <FormActions>
        <Button>Make a token</Button>
      </FormActions>
    </Form>
  )
}
