import { ButtonLink } from '@scoregate/ui/button'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'
import type { FC } from 'hono/jsx'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { ENDPOINTS, type Endpoint, openApiDocument } from './openapi.ts'

/** The API's description, for machines and for people. It says nothing of the site, so nobody need sign in. */
export function docsRoutes({ frame }: { frame: Frame }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const document = openApiDocument()
  app.get(paths.openApi, (c) => c.json(document))
  app.get(paths.apiDocs, (c) => c.html(frame(c, { title: 'API', place: 'none', content: <ApiDocs /> })))
  return app
}

const WHO_WORDS = {
  reviewer: 'Reviewers, with a personal token',
  worker: 'Workers, with the worker token of the site',
  anybody: 'Anybody',
} as const satisfies Record<Endpoint['who'], string>

const COLUMNS: Column<Endpoint>[] = [
  {
    key: 'path',
    header: 'Request',
    isRowHeader: true,
    cell: ({ method, path }) => (
      <code>
        {method.toUpperCase()} {path}
      </code>
    ),
  },
  { key: 'summary', header: 'What it does', isWide: true, cell: ({ summary }) => summary },
  {
    key: 'answers',
    header: 'Answers',
    cell: ({ answers }) => (
      <Stack gap="tight">
        {Object.entries(answers).map(([status, { words }]) => (
          <span>
            {status}: {words}
          </span>
        ))}
      </Stack>
    ),
  },
]

const ApiDocs: FC = () => (
  <Stack>
    <PageHeader
      title="API"
      description="What programs may ask of this desk. Every error has a code, a sentence and what to do."
      actions={<ButtonLink href={paths.openApi}>OpenAPI document</ButtonLink>}
    />
    {(['reviewer', 'worker', 'anybody'] as const).map((who) => (
      <Card title={WHO_WORDS[who]} variant="flush">
        <DataTable
          caption={WHO_WORDS[who]}
          columns={COLUMNS}
          rows={ENDPOINTS.filter((endpoint) => endpoint.who === who)}
          narrow="stack"
          empty="None"
        />
      </Card>
    ))}
  </Stack>
)
