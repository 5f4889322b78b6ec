import { ButtonLink } from '@scoregate/ui/button'
import { CodeBlock, DefinitionList, InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type PersonalToken, TokenScope } from '@scoregate/web/personal-tokens'
import { type Context, Hono } from 'hono'
import type { FC } from 'hono/jsx'
import { z } from 'zod'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import type { AccountCard } from '../people/account-page.tsx'
import { requireProof } from '../people/proof.tsx'
import { requireAnyRole } from '../people/roles.ts'
import { onlyForBrowsers } from './only-for-browsers.ts'
import { makeOwnToken, revokeOwnToken, type TokenDesk } from './own-tokens.ts'
import { DAYS_OFFERED, type RefusedTokenForm, SCOPE_WORDS, TokensCard } from './tokens-card.tsx'

const Text = z.string().trim().max(200).default('')
const NewTokenForm = z.object({ label: Text, scope: Text, days: Text })

/** The card of one's own tokens on the page of the account. */
export function tokensCard({ accounts }: Pick<TokenDesk, 'accounts'>): AccountCard {
  return async ({ person, session, now }) => (
    <TokensCard tokens={await accounts.listTokens(person)} csrf={session?.csrf} now={now} />
  )
}

/** Making and revoking one's own tokens by plain forms. A new one is shown once, in the answer to its form. */
export function tokenPageRoutes(desk: TokenDesk & { frame: Frame }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const proof = requireProof(desk.clock, () => paths.account())

  app.post(paths.tokens, requireAnyRole(), proof, async (c) => {
    const form = await parseBody(c, NewTokenForm)
    const errors = findErrors(form)
    const scope = TokenScope.safeParse(form.scope)
    if (errors.length > 0 || !scope.success) return formAgain(desk, c, { ...form, errors })
    const days = form.days === 'none' ? null : Number(form.days)
    const made = await makeOwnToken(desk, requirePerson(c).person, {
      ...{ scope: scope.data, label: form.label, days },
    })
    const content = <NewToken {...made} />
    return c.html(desk.frame(c, { title: 'New token', place: 'account', width: 'narrow', content }))
  })

  app.post('/account/tokens/:token/end', requireAnyRole(), async (c) => {
    onlyForBrowsers(c)
    await revokeOwnToken(desk, requirePerson(c).person, c.req.param('token'))
    return c.redirect(paths.account(), 303)
  })

  return app
}

function findErrors({ label, scope, days }: z.infer<typeof NewTokenForm>): RefusedTokenForm['errors'] {
  return [
    ...(label === '' ? [{ field: 'label', text: 'Say what it is for, so that you know it again.' }] : []),
    ...(label.length > 100 ? [{ field: 'label', text: 'Use at most 100 characters.' }] : []),
    ...(TokenScope.safeParse(scope).success ? [] : [{ field: 'scope', text: 'Choose what it may do.' }]),
    ...(DAYS_OFFERED.some(({ value }) => value === days)
      ? []
      : [{ field: 'days', text: 'Choose from the list.' }]),
  ]
}

async function formAgain(
  desk: TokenDesk & { frame: Frame },
  c: Context<WebEnv>,
  refused: RefusedTokenForm,
): Promise<Response> {
  const { person, by } = requirePerson(c)
  const csrf = by.kind === 'session' ? by.csrf : undefined
  const tokens = await desk.accounts.listTokens(person)
  const content = (
    <Stack>
      <PageHeader title="My account" />
      <TokensCard tokens={tokens} refused={refused} csrf={csrf} now={desk.clock()} />
    </Stack>
  )
  return c.html(desk.frame(c, { title: 'My account', place: 'account', width: 'narrow', content }), 400)
}

const NewToken: FC<{ secret: string; token: PersonalToken }> = ({ secret, token }) => (
  <Stack>
    <PageHeader title="Your new token" />
    <Callout tone="warn" title="Copy it now">
      It is shown this once. The desk keeps only a hash of it, so nobody can show it to you again.
    </Callout>
    <Card>
      <Stack>
        <CodeBlock text={secret} label="The token" />
        <DefinitionList
          items={[
            { term: 'For', value: <InertName text={token.label} /> },
            { term: 'May', value: SCOPE_WORDS[token.scope].label },
            {
              term: 'Ends',
              value: token.expiresAt === undefined ? 'When you revoke it' : absoluteMinute(token.expiresAt),
            },
          ]}
        />
      </Stack>
    </Card>
    <Cluster>
      <ButtonLink href={paths.account()}>To my account</ButtonLink>
    </Cluster>
  </Stack>
)
