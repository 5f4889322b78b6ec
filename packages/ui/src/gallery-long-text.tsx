import { Badge } from './badge.tsx'
import { Button } from './button.tsx'
import { RadioGroup } from './choice.tsx'
import { CodeBlock, DefinitionList, Digest, InertName, InertText } from './facts.tsx'
import { Callout, EmptyState, Progress } from './feedback.tsx'
import type { GalleryOptions } from './gallery.tsx'
import { Card, PageHeader, Split } from './layout.tsx'
import { Page, renderPage } from './page.tsx'
import { Steps } from './steps.tsx'
import { DataTable } from './table.tsx'

/** Longer than any title or name of a person that the sites' own forms accept. */
const OURS = 'W'.repeat(500)
/** What a run may write into a log or call a file. */
const OUTSIDE = 'W'.repeat(10_000)

/** The components with one unbroken word wherever text can stand; where text of a run stands it has 10,000 signs. */
export function longTextPage({ site, stylesheetHref }: GalleryOptions): Promise<string> {
  return renderPage(
    <Page
      title={OURS}
      site={site}
      siteName={OURS}
      nav={[{ href: '#', label: 'Inbox' }]}
      person={{ name: OURS, signOutAction: '/sign-out', csrf: 'token' }}
      flash={{ tone: 'bad', text: OURS }}
      stylesheetHref={stylesheetHref}
    >
      <PageHeader
        title={OURS}
        description={OURS}
        breadcrumbs={[{ label: OURS, href: '#' }]}
        badges={<Badge icon="info">{OURS}</Badge>}
      />
      <Steps label="Steps" steps={[{ label: OURS, state: 'failed', detail: OURS }]} />
      <Split
        asideLabel="Aside"
        aside={<DefinitionList items={[{ term: OURS, value: <InertName text={OUTSIDE} /> }]} />}
      >
        <Card title={OURS} description={OURS} footer={OURS}>
          <Callout title={OURS}>{OURS}</Callout>
          <Digest value={OUTSIDE} shown="whole" />
          <Progress label={OURS} note={OURS} />
          <InertText id="long" label={OURS} text={OUTSIDE} />
          <CodeBlock label="Code" text={OUTSIDE} />
          <RadioGroup
            name="long-choice"
            label={OURS}
            choices={[{ value: 'a', label: OURS, description: OURS }]}
          />
          <Button kind="primary" disabledReason={OURS}>
            {OURS}
          </Button>
        </Card>
        <EmptyState title={OURS} text={OURS} />
      </Split>
      <DataTable
        caption="Long"
        captionShown="visible"
        narrow="stack"
        rows={[OUTSIDE]}
        empty={null}
        columns={[
          { key: 'a', header: 'Name', cell: (text) => <InertName text={text} /> },
          { key: 'b', header: 'Same', isWide: true, cell: (text) => <InertName text={text} isMonospace /> },
        ]}
      />
    </Page>,
  )
}
