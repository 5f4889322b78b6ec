import type { ErrorBody } from '@scoregate/protocol/errors'
import { ButtonLink } from '@scoregate/ui/button'
import { Callout } from '@scoregate/ui/feedback'
import { Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import type { Child, FC } from 'hono/jsx'
import { paths } from '../paths.ts'

/** What went wrong, what to do, and the identifier under which the log has it. */
const ErrorContent: FC<{ body: ErrorBody; requestId: string; back?: { href: string; label: string } }> = ({
  body,
  requestId,
  back = { href: paths.inbox(), label: 'To the inbox' },
}) => (
  <Stack>
    <PageHeader title="This did not work" />
    <Callout tone="bad" title={body.detail}>
      <p>{body.remedy}</p>
      {body.problems !== undefined && (
        <ul>
          {body.problems.map((problem) => (
            <li>
              <strong>{problem.where}</strong>: {problem.what}. {problem.remedy}
            </li>
          ))}
        </ul>
      )}
    </Callout>
    <Cluster>
      <ButtonLink href={back.href}>{back.label}</ButtonLink>
    </Cluster>
    <p class="muted">
      Request <span class="monospace">{requestId}</span>
    </p>
  </Stack>
)

/** The content of an error page. */
export function renderError({ body, requestId }: { body: ErrorBody; requestId: string }): Child {
  return <ErrorContent body={body} requestId={requestId} />
}
