import type { Child } from 'hono/jsx'
import { Badge, HoldStateBadge } from './badge.tsx'
import { Button, ButtonLink, Confirm } from './button.tsx'
import { CheckboxGroup } from './choice.tsx'
import { DefinitionList, Digest, FileSize, InertName, InertText } from './facts.tsx'
import { Callout, EmptyState, Meter, Progress } from './feedback.tsx'
import { Form, FormActions, SearchForm, TextArea, TextField } from './form.tsx'
import { GalleryForms } from './gallery-forms.tsx'
import { GalleryStates } from './gallery-states.tsx'
import { Card, PageHeader, Section, Split } from './layout.tsx'
import { Pager, Pagination, Tabs } from './navigation.tsx'
import { Page, renderPage } from './page.tsx'
import { Steps, submissionSteps } from './steps.tsx'
import { DataTable } from './table.tsx'
import { Duration, TimeLeft, When } from './time-left.tsx'

const NOW = new Date('2026-03-02T09:00:00Z')
const DIGEST = 'sha256:9f2c4d7be01a5c33f8a6620b7d9e41c05ab8f3d2e6c7719480bd5f3a2e1c6d40'
const HOLDS = [
  {
    id: 41,
    competition: 'Sepsis early warning',
    team: 'team-larch',
    checks: 'good',
    bytes: 18_204,
    hours: 21,
  },
  {
    id: 40,
    competition: 'Sepsis early warning',
    team: 'team-rowan',
    checks: 'warn',
    bytes: 1_204_118,
    hours: 5.4,
  },
  {
    id: 39,
    competition: 'Chest film triage',
    team: 'team-\u202Ehsa',
    checks: 'bad',
    bytes: 48_000_111,
    hours: 0.6,
  },
] as const

const LOG = `reading /app/input_data/stays.csv
4,812 stays, 31 columns
fold 1/5  auroc 0.8412
\u001b[2K\u001b[1Gapproved by the reviewer
name: ann\u202Egpj.exe   zero\u200Bwidth
Traceback (most recent call last):
  File "/app/program/score.py", line 41, in <module>
${'x'.repeat(600)}
`

/** What a gallery page shows beyond the components themselves. */
export interface GalleryOptions {
  readonly site: 'hub' | 'desk'
  readonly stylesheetHref: string
  readonly theme?: 'light' | 'dark' | undefined
}

/** Every component in its states, on one page: looked at by eye, and by the tests of layout and content policy. */
export function galleryPage({ site, stylesheetHref, theme }: GalleryOptions): Promise<string> {
  return renderPage(
    <Page
      title="Gallery"
      site={site}
      siteName={site === 'desk' ? 'University hospital, cardiology' : undefined}
      nav={
        site === 'desk'
          ? [
              { href: '#inbox', label: 'Inbox', current: true, count: 3 },
              { href: '#released', label: 'Released' },
              { href: '#policy', label: 'Policy' },
              { href: '#audit', label: 'Audit' },
            ]
          : [
              { href: '#competitions', label: 'Competitions', current: true },
              { href: '#queues', label: 'Queues' },
              { href: '#docs', label: 'Documentation' },
            ]
      }
      person={{ name: site === 'desk' ? 'reviewer' : 'organizer', signOutAction: '/sign-out', csrf: 'token' }}
      flash={{ tone: 'good', text: 'Hold 38 is approved. Its scores are being released.' }}
      stylesheetHref={stylesheetHref}
      theme={theme}
    >
      <PageHeader
        title="Hold 41"
        breadcrumbs={[
          { label: 'Inbox', href: '#' },
          { label: 'Sepsis early warning', href: '#' },
        ]}
        badges={<HoldStateBadge state="awaiting" />}
        description="Deposited 3 hours ago. Look at what would leave, then decide."
        actions={
          <ButtonLink href="#" icon="download">
            Download the sealed files
          </ButtonLink>
        }
      />
      <Steps
        label="This submission"
        steps={submissionSteps({ status: 'Awaiting validation', isReviewed: true })}
      />
      <Decision />
      <Tables />
      <GalleryStates />
      <GalleryForms />
    </Page>,
  )
}

function Decision(): Child {
  return (
    <Split asideLabel="About this hold" aside={<About />}>
      <Card title="Decide" variant="decision" description="Only what is ticked leaves this site.">
        <Form action="/decide" csrf="token" label="Decide">
          <CheckboxGroup
            name="artefacts"
            label="What may leave?"
            values={['scores']}
            choices={[
              {
                value: 'scores',
                label: 'Scores',
                description: '3 numbers, rounded to 4 decimals. 120 bytes.',
              },
              {
                value: 'logs',
                label: 'Logs',
                description: 'Scoring output, 18.2 kB. May hold text from the data.',
              },
              {
                value: 'predictions',
                label: 'Predictions',
                disabledReason: 'The policy of this site never releases them.',
              },
            ]}
          />
          <TextField name="note" label="Note for the record" hint="Stays at this site." isOptional />
          <FormActions>
            <Button kind="primary" icon="check">
              Approve and release
            </Button>
            <Button disabledReason="Only one reviewer has looked so far.">Approve as second reviewer</Button>
          </FormActions>
        </Form>
        <Confirm
          label="Reject"
          title="Reject this hold?"
          text="The participant is told that the data owner did not release it. This is final."
          isOpen
        >
          <Form action="/reject" csrf="token" label="Reject">
            <TextArea
              name="reason"
              label="Reason"
              hint="For this site’s record; the participant never sees it."
              rows={2}
            />
            <FormActions>
              <Button kind="danger">Reject for good</Button>
            </FormActions>
          </Form>
        </Confirm>
      </Card>
      <InertText id="log" label="Scoring output (stdout)" text={LOG} note="Shown whole: 18.2 kB." />
      <Card title="Files" variant="flush" footer="6 files, 1.3 MB in all">
        <Files />
      </Card>
    </Split>
  )
}

function About(): Child {
  return (
    <>
      <Card title="About">
        <DefinitionList
          items={[
            { term: 'Time left', value: <TimeLeft deadline={new Date('2026-03-03T03:20:00Z')} now={NOW} /> },
            { term: 'Participant', value: <InertName text="team-larch" /> },
            { term: 'Ran for', value: <Duration milliseconds={222_000} /> },
            { term: 'Deposited', value: <When at={new Date('2026-03-02T05:52:00Z')} now={NOW} /> },
            { term: 'Manifest', value: <Digest value={DIGEST} /> },
            { term: 'Decided', value: <When at={undefined} now={NOW} /> },
          ]}
        />
      </Card>
      <Callout tone="warn" title="One check wants your eye">
        The log repeats 12 values that also occur in the reference data.
      </Callout>
      <Card title="Released so far">
        <Meter label="Of this participant’s budget" value={46} max={64} high={60} note="46 of 64 bits" />
        <Progress label="Releasing" value={0.4} note="2 of 5 files" />
      </Card>
    </>
  )
}

function Files(): Child {
  return (
    <DataTable
      caption="Files in this hold"
      rows={[
        { path: 'scores.json', bytes: 120 },
        { path: 'detailed_results.html', bytes: 48_120 },
        { path: `predictions/${'very-long-name-'.repeat(12)}.csv`, bytes: 1_204_118 },
      ]}
      empty={<EmptyState title="No files" />}
      columns={[
        {
          key: 'path',
          header: 'Path',
          isWide: true,
          cell: (file) => <InertName text={file.path} isMonospace />,
        },
        { key: 'digest', header: 'Digest', cell: () => <Digest value={DIGEST} /> },
        { key: 'size', header: 'Size', align: 'end', cell: (file) => <FileSize bytes={file.bytes} /> },
      ]}
    />
  )
}

function Tables(): Child {
  return (
    <>
      <Section title="Inbox" description="Every hold that waits for a person." actions={<Find />}>
        <Tabs
          label="Holds"
          tabs={[
            { href: '#waiting', label: 'Waiting', current: true, count: 3 },
            { href: '#failed', label: 'Failed runs', count: 12 },
            { href: '#decided', label: 'Decided' },
          ]}
        />
        <DataTable
          caption="Holds awaiting review"
          narrow="stack"
          rows={HOLDS}
          empty={<EmptyState title="Nothing is waiting" />}
          columns={[
            { key: 'hold', header: 'Hold', cell: (hold) => <a href={`#${hold.id}`}>Hold {hold.id}</a> },
            { key: 'competition', header: 'Competition', isWide: true, cell: (hold) => hold.competition },
            { key: 'team', header: 'Participant', cell: (hold) => <InertName text={hold.team} /> },
            { key: 'checks', header: 'Checks', cell: (hold) => <Checks tone={hold.checks} /> },
            { key: 'size', header: 'Size', align: 'end', cell: (hold) => <FileSize bytes={hold.bytes} /> },
            {
              key: 'left',
              header: 'Time left',
              sortHref: '#',
              sorted: 'descending',
              cell: (hold) => (
                <TimeLeft now={NOW} deadline={new Date(NOW.getTime() + hold.hours * 3_600_000)} />
              ),
            },
            {
              key: 'review',
              header: 'Action',
              isHeaderHidden: true,
              align: 'end',
              cell: () => (
                <ButtonLink href="#" size="small">
                  Review
                </ButtonLink>
              ),
            },
          ]}
        />
        <Pagination first={1} last={3} total={60} noun="holds" nextHref="#" />
        <Pager
          words="About 51 to 100 of 1,000 holds"
          noun="holds found"
          firstHref="#"
          previousHref="#"
          nextHref="#"
        />
      </Section>
      <Section title="Leaderboard">
        <Leaderboard />
      </Section>
    </>
  )
}

function Find(): Child {
  return (
    <SearchForm action="#" label="Find a hold">
      <TextField name="q" label="Find" type="search" placeholder="Competition or participant" />
      <Button icon="search">Find</Button>
    </SearchForm>
  )
}

function Checks({ tone }: { tone: 'good' | 'warn' | 'bad' }): Child {
  if (tone === 'good') {
    return (
      <Badge tone="good" icon="check">
        All passed
      </Badge>
    )
  }
  return tone === 'warn' ? (
    <Badge tone="warn" icon="alert">
      1 finding
    </Badge>
  ) : (
    <Badge tone="bad" icon="cross">
      4 findings
    </Badge>
  )
}

function Leaderboard(): Child {
  const columns = [
    'AUROC',
    'AUPRC',
    'Brier',
    'Calibration slope',
    'Lead time, hours',
    'Alarms per day',
    'Seconds',
  ]
  return (
    <DataTable
      caption="Leaderboard of the final phase"
      rows={['team-larch', 'team-rowan', 'team-alder', 'baseline'].map((team, at) => ({ team, at }))}
      isHighlighted={(row) => row.team === 'team-rowan'}
      empty={<EmptyState title="No scores yet" />}
      columns={[
        { key: 'rank', header: 'Rank', align: 'end', cell: (row) => row.at + 1 },
        { key: 'team', header: 'Participant', isRowHeader: true, isWide: true, cell: (row) => row.team },
        ...columns.map((header, at) => ({
          key: header,
          header,
          align: 'end' as const,
          sortHref: `#${at}`,
          sorted: at === 0 ? ('descending' as const) : undefined,
          cell: (row: { at: number }) => (0.9312 - row.at * 0.0173 - at * 0.071).toFixed(4),
        })),
      ]}
    />
  )
}
