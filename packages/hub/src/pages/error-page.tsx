import { ButtonLink } from '@scoregate/ui/button'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import type { ErrorPage } from '@scoregate/web/error-answers'
import { ownPath, paths } from './paths.ts'
import { ProblemList } from './problem-list.tsx'
import { sitePage } from './site-page.tsx'

const TITLES: Readonly<Record<number, string>> = {
  400: 'Something in the request is wrong',
  401: 'Please sign in',
  403: 'You may not do this',
  404: 'There is nothing here',
  409: 'This cannot be done now',
  410: 'This is gone',
  413: 'This is too large',
  429: 'Too many at once',
  503: 'Not available just now',
}

/** The page for whatever went wrong: what, and what to do about it. For `handleErrors`. */
export const errorPage: ErrorPage = (c, { status, body, requestId }) => {
  const title = TITLES[status] ?? 'Something went wrong on our side'
  const here = c.req.method === 'GET' ? ownPath(`${c.req.path}${new URL(c.req.url).search}`) : paths.home
  return sitePage(c, {
    title,
    width: 'narrow',
    content: (
      <>
        <PageHeader title={title} description={body.detail} />
        <Card>
          <Stack>
            <p>{body.remedy}</p>
            {body.problems !== undefined && <ProblemList problems={body.problems} />}
            <Cluster>
              {status === 401 && (
                <ButtonLink href={paths.signInThen(here)} kind="primary">
                  Sign in
                </ButtonLink>
              )}
              <ButtonLink href={paths.home}>See all competitions</ButtonLink>
            </Cluster>
          </Stack>
        </Card>
        <p class="muted">
          Request <code>{requestId}</code>: quote this when you ask for help.
        </p>
      </>
    ),
  })
}
