import type { ChainHead } from '@scoregate/protocol/audit'
import { REASON_SENTENCES, ReasonCode } from '@scoregate/protocol/reason-code'
import { Button, ButtonLink } from '@scoregate/ui/button'
import { SelectField } from '@scoregate/ui/choice'
import { DefinitionList, Digest, InertName, Stat } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { SearchForm } from '@scoregate/ui/form'
import { Card, Grid, PageHeader, Stack } from '@scoregate/ui/layout'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import { BarPlot } from '@scoregate/ui/plot'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { type Month, monthAt, monthOf, monthsLater } from './month.ts'
import { ACTS_LISTED, type Counts, type ReportedAct, type ReportNumbers } from './report-numbers.ts'

/** See `ReportPage`. */
export interface ReportPageProps {
  readonly month: Month
  /** To choose from, the newest first. */
  readonly months: readonly string[]
  readonly numbers: ReportNumbers
  readonly siteName: string
  readonly head: ChainHead | undefined
  readonly madeBy: string
  readonly now: Date
}

const EXPIRY_WORDS: Readonly<Record<string, string>> = {
  deadline: 'Nobody decided before the deadline',
  cancelled: 'The platform no longer wanted it',
  superseded: 'A later run of the same submission arrived',
}

/** What a data protection officer files of a month: what was asked for, what left, who decided, how fast. */
export const ReportPage: FC<ReportPageProps> = (props) => {
  const { month, numbers, now } = props
  const { total } = numbers
  return (
    <Stack>
      <ReportHeader {...props} />
      {month.name === monthAt(now) && (
        <Callout title="This month is not over">The numbers are those until {absoluteMinute(now)}.</Callout>
      )}
      <Grid itemWidth="narrow">
        <Stat label="Requested" value={`${total.deposited}`} note="results and failed runs deposited" />
        <Stat label="Released" value={`${total.released}`} note="arrived at the platform" />
        <Stat label="Rejected" value={`${total.rejected}`} note="by a reviewer" />
        <Stat label="Expired" value={`${total.expired}`} note="nothing left" />
        <Stat label="Median time" value={timeWords(total.medianSeconds)} note="from deposit to decision" />
        <Stat
          label="Nine of ten within"
          value={timeWords(total.ninetiethSeconds)}
          note="the 90th percentile"
        />
      </Grid>
      <Card title="By competition" variant="flush">
        <DataTable
          caption={`Holds of ${month.words} by competition`}
          columns={COMPETITION_COLUMNS}
          rows={numbers.competitions}
          narrow="stack"
          empty={<Nothing text="Nothing was deposited or decided in this month." />}
        />
      </Card>
      <Card title="Day by day" description="Deposits above decisions: what came in, and what was decided.">
        <DayByDay {...props} />
      </Card>
      <Card title="Time to decision" description="Decisions of reviewers, by the time since the deposit.">
        <div class="plot-with-table">
          <BarPlot
            label={`Decisions of ${month.words} by the time that they took; the table has the numbers`}
            series={['decisions']}
            bars={numbers.speeds.map(({ label, count }) => ({ label, values: [count] }))}
          />
          <DataTable
            caption="Decisions by the time that they took"
            columns={[
              { key: 'time', header: 'Up to', cell: ({ label }) => label },
              { key: 'count', header: 'Decisions', align: 'end', cell: ({ count }) => `${count}` },
            ]}
            rows={numbers.speeds}
            empty=""
          />
        </div>
      </Card>
      <Card title="Reviewers" variant="flush">
        <DataTable
          caption={`Decisions of ${month.words} by reviewer`}
          columns={REVIEWER_COLUMNS}
          rows={numbers.reviewers}
          narrow="stack"
          empty={<Nothing text="No reviewer decided in this month." />}
        />
      </Card>
      <Tally
        title="What left the site"
        header="What"
        unit="Releases"
        counts={numbers.artefacts}
        empty="Nothing left."
      />
      <Tally
        title="Failed runs"
        header="Why"
        unit="Runs"
        counts={renamed(numbers.failures, failureWords)}
        empty="No run failed."
      />
      <Tally
        title="Expired"
        header="Why"
        unit="Holds"
        counts={renamed(numbers.expiries, (cause) => EXPIRY_WORDS[cause] ?? cause)}
        empty="Nothing expired."
      />
      <Acts title="Alarms" acts={numbers.alarms} empty="There was no alarm." />
      <Acts title="Changes of the policy and the key" acts={numbers.rules} empty="Nothing was changed." />
      <Evidence {...props} />
    </Stack>
  )
}

const ReportHeader: FC<ReportPageProps> = ({ month, months, siteName, now }) => {
  const next = monthsLater(month.name, 1)
  const options = months.includes(month.name) ? months : [month.name, ...months]
  return (
    <>
      <PageHeader
        title={`Report of ${month.words}`}
        description={
          <>
            What was requested from <InertName text={siteName} />, what left it, and who decided. Days and
            months are in UTC. To file it, print this page.
          </>
        }
        actions={
          <>
            <ButtonLink href={paths.report(monthsLater(month.name, -1))} icon="chevron-left">
              Earlier
            </ButtonLink>
            {next <= monthAt(now) && (
              <ButtonLink href={paths.report(next)} icon="chevron-right">
                Later
              </ButtonLink>
            )}
            <ButtonLink href={paths.reportCsv(month.name)} icon="download">
              CSV
            </ButtonLink>
          </>
        }
      />
      <div class="page-actions">
        <SearchForm action={paths.report()} label="Choose a month">
          <SelectField
            name="month"
            label="Month"
            isOptional
            value={month.name}
            options={options.map((name) => ({ value: name, label: monthOf(name)?.words ?? name }))}
          />
          <Button>Show</Button>
        </SearchForm>
      </div>
    </>
  )
}

const DayByDay: FC<ReportPageProps> = ({ month, numbers }) => {
  const busy = numbers.days.filter(({ deposited, decided }) => deposited + decided > 0)
  return (
    <div class="plot-with-table">
      <BarPlot
        label={`Deposits and decisions of ${month.words}, day by day; the table has the numbers`}
        series={['decided', 'deposited']}
        bars={numbers.days.map(({ day, deposited, decided }) => ({
          label: `${Number(day.slice(8))}`,
          values: [decided, deposited],
        }))}
        labelEvery={7}
      />
      <DataTable
        caption="Deposits and decisions, day by day"
        columns={[
          { key: 'day', header: 'Day', cell: ({ day }) => <span class="nowrap">{day}</span> },
          { key: 'deposited', header: 'Deposited', align: 'end', cell: ({ deposited }) => `${deposited}` },
          { key: 'decided', header: 'Decided', align: 'end', cell: ({ decided }) => `${decided}` },
        ]}
        rows={busy}
        empty={<Nothing text="On no day of this month was anything deposited or decided." />}
      />
    </div>
  )
}

const Tally: FC<{
  title: string
  header: string
  unit: string
  counts: ReadonlyMap<string, number>
  empty: string
}> = ({ title, header, unit, counts, empty }) => (
  <Card title={title} variant="flush">
    <DataTable
      caption={title}
      columns={[
        { key: 'what', header, isWide: true, cell: ([name]) => <InertName text={name} /> },
        { key: 'count', header: unit, align: 'end', cell: ([, count]) => `${count}` },
      ]}
      rows={[...counts].sort(([, one], [, other]) => other - one)}
      empty={<Nothing text={empty} />}
    />
  </Card>
)

const Acts: FC<{ title: string; acts: readonly ReportedAct[]; empty: string }> = ({ title, acts, empty }) => (
  <Card
    title={title}
    variant="flush"
    footer={
      acts.length === ACTS_LISTED ? (
        <p class="muted">Only the first {ACTS_LISTED} are listed; the others are on the audit chain.</p>
      ) : undefined
    }
  >
    <DataTable
      caption={title}
      columns={[
        { key: 'entry', header: 'Entry', align: 'end', cell: ({ sequence }) => `${sequence}` },
        { key: 'when', header: 'When', cell: ({ at }) => <span class="nowrap">{minuteWords(at)}</span> },
        {
          key: 'what',
          header: 'What happened',
          isWide: true,
          cell: ({ words }) => <InertName text={words} />,
        },
      ]}
      rows={acts}
      narrow="stack"
      empty={<Nothing text={empty} />}
    />
  </Card>
)

const Evidence: FC<ReportPageProps> = ({ numbers, siteName, head, madeBy, now }) => (
  <Card
    title="About this report"
    description="Everything here is on the audit chain, against which it can be checked."
  >
    <DefinitionList
      items={[
        { term: 'Site', value: <InertName text={siteName} /> },
        { term: 'Made', value: absoluteMinute(now) },
        { term: 'By', value: <InertName text={madeBy} /> },
        { term: 'Failed sign-ins', value: `${numbers.failedSignIns}` },
        ...(head === undefined
          ? []
          : [
              { term: 'Entries on the chain', value: `${head.sequence}` },
              { term: 'Head of the chain', value: <Digest value={head.head} shown="whole" /> },
            ]),
      ]}
    />
  </Card>
)

const Nothing: FC<{ text: string }> = ({ text }) => <p class="muted">{text}</p>

type CompetitionRow = ReportNumbers['competitions'][number]
type ReviewerRow = ReportNumbers['reviewers'][number]

const COMPETITION_COLUMNS: Column<CompetitionRow>[] = [
  {
    key: 'title',
    header: 'Competition',
    isRowHeader: true,
    isWide: true,
    cell: ({ title, platform }) => (
      <Stack gap="tight">
        <InertName text={title} />
        <span class="muted">
          <InertName text={platform} />
        </span>
      </Stack>
    ),
  },
  number<CompetitionRow>('deposited', 'Requested'),
  number<CompetitionRow>('failedRuns', 'Failed runs'),
  number<CompetitionRow>('released', 'Released'),
  number<CompetitionRow>('rejected', 'Rejected'),
  number<CompetitionRow>('expired', 'Expired'),
  number<CompetitionRow>('automatic', 'By the policy'),
  time<CompetitionRow>('medianSeconds', 'Median'),
  time<CompetitionRow>('ninetiethSeconds', '9 of 10'),
]

const REVIEWER_COLUMNS: Column<ReviewerRow>[] = [
  {
    key: 'name',
    header: 'Reviewer',
    isRowHeader: true,
    isWide: true,
    cell: ({ name }) => <InertName text={name} />,
  },
  number<ReviewerRow>('approved', 'Approved'),
  number<ReviewerRow>('rejected', 'Rejected'),
  time<ReviewerRow>('medianSeconds', 'Median'),
  time<ReviewerRow>('ninetiethSeconds', '9 of 10'),
]

function number<Row extends Partial<Counts>>(
  key: keyof Counts & keyof Row & string,
  header: string,
): Column<Row> {
  return { key, header, align: 'end', cell: (row) => `${row[key] ?? 0}` }
}

function time<Row extends Partial<Counts>>(
  key: 'medianSeconds' | 'ninetiethSeconds',
  header: string,
): Column<Row> {
  return { key, header, align: 'end', cell: (row) => <span class="nowrap">{timeWords(row[key])}</span> }
}

/** Short, so that a table of them fits on a sheet of paper. */
function timeWords(seconds: number | undefined): string {
  if (seconds === undefined) return '–'
  const minutes = Math.round(seconds / 60)
  if (minutes < 1) return '< 1 min'
  if (minutes < 60) return `${minutes} min`
  if (minutes < 1440) return twoUnits(minutes, 60, 'h', 'min')
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h')
}

function twoUnits(amount: number, large: number, largeUnit: string, smallUnit: string): string {
  const rest = amount % large
  return `${Math.floor(amount / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`
}

function minuteWords(at: string): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '' : absoluteMinute(date)
}

function failureWords(code: string): string {
  const known = ReasonCode.safeParse(code)
  return known.success ? REASON_SENTENCES[known.data] : code
}

function renamed(counts: ReadonlyMap<string, number>, words: (name: string) => string): Map<string, number> {
  return new Map([...counts].map(([name, count]) => [words(name), count]))
}
