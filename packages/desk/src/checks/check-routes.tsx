import { CHECK_WORDS, type CheckWords } from '@scoregate/gate/check-words'
import { FINDING_SOURCES, FindingSource } from '@scoregate/gate/finding'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'
import type { FC } from 'hono/jsx'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireAnyRole } from '../people/roles.ts'

/** The pages that say what each check looks for and what it misses: those of `docs/checks/`. */
export function checkRoutes({ frame }: { frame: Frame }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.use(`${paths.checks}/*`, requireAnyRole())
  app.get(paths.checks, requireAnyRole(), async (c) =>
    c.html(await frame(c, { title: 'Checks', place: 'none', content: <CheckList /> })),
  )
  app.get(`${paths.checks}/:name`, async (c) => {
    const source = FindingSource.safeParse(c.req.param('name'))
    if (!source.success) return c.notFound()
    const words = CHECK_WORDS[source.data]
    const content = <CheckPage source={source.data} words={words} />
    return c.html(await frame(c, { title: words.title, place: 'none', width: 'narrow', content }))
  })
  return app
}

const CheckList: FC = () => (
  <Stack>
    <PageHeader
      title="Checks"
      description="What the desk looks for by itself in every hold. That a check finds nothing proves nothing: each says what it misses."
    />
    <Card variant="flush">
      <DataTable caption="Checks" columns={COLUMNS} rows={FINDING_SOURCES} narrow="stack" empty={null} />
    </Card>
  </Stack>
)

const COLUMNS: Column<FindingSource>[] = [
  {
    key: 'check',
    header: 'Check',
    isRowHeader: true,
    cell: (source) => <a href={paths.check(source)}>{CHECK_WORDS[source].title}</a>,
  },
  {
    key: 'looks-for',
    header: 'Looks for',
    isWide: true,
    cell: (source) => plain(CHECK_WORDS[source].looksFor),
  },
]

const CheckPage: FC<{ source: FindingSource; words: CheckWords }> = ({ source, words }) => (
  <Stack>
    <PageHeader
      title={words.title}
      breadcrumbs={[{ label: 'Checks', href: paths.checks }]}
      description={<span class="monospace">{source}</span>}
    />
    <Card title="What it looks for">{plain(words.looksFor)}</Card>
    <Card title="Why it matters">{plain(words.why)}</Card>
    <Card title="What it misses">{plain(words.misses)}</Card>
    {words.settings !== undefined && <Card title="How the policy sets it">{plain(words.settings)}</Card>}
  </Stack>
)

/** The marks around names of keys are for the docs. */
function plain(text: string): string {
  return text.replaceAll('`', '')
}
