import { Badge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { EmptyState } from '@scoregate/ui/feedback'
import { Cluster, Grid, PageHeader, Section } from '@scoregate/ui/layout'
import { Pagination } from '@scoregate/ui/navigation'
import { TimeLeft } from '@scoregate/ui/time-left'
import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'
import type { FC } from 'hono/jsx'
import type { CompetitionSummary } from '../competitions/competition-view.ts'
import type { Viewer } from '../hub.ts'
import { CompetitionLogo } from './competition/competition-logo.tsx'
import { type PageOf, pageOf } from './page-of.ts'
import type { PageParts } from './page-parts.ts'
import { paths } from './paths.ts'
import { pageNumber, viewerOf } from './request-values.ts'
import { sitePage } from './site-page.tsx'

const CARDS_PER_PAGE = 24

/** The first page: what this is, and all competitions. */
export function homeRoutes({ hub, clock }: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  routes.get('/', async (c) => {
    const viewer = viewerOf(c)
    const competitions = pageOf(await hub.competitions.list({ for: viewer }), pageNumber(c), CARDS_PER_PAGE)
    return c.html(
      sitePage(c, {
        title: 'Competitions',
        current: 'competitions',
        content: <HomePage viewer={viewer} competitions={competitions} now={clock()} />,
      }),
    )
  })
  return routes
}

const HomePage: FC<{ viewer: Viewer; competitions: PageOf<CompetitionSummary>; now: Date }> = ({
  viewer,
  competitions,
  now,
}) =>
  viewer === undefined ? (
    <>
      <Welcome />
      <Section title="Competitions">
        <CompetitionCards viewer={viewer} competitions={competitions} now={now} />
      </Section>
    </>
  ) : (
    <>
      <PageHeader
        title="Competitions"
        actions={
          competitions.total > 0 && (
            <ButtonLink href={paths.newCompetition} icon="upload">
              Upload a bundle
            </ButtonLink>
          )
        }
      />
      <CompetitionCards viewer={viewer} competitions={competitions} now={now} />
    </>
  )

const Welcome: FC = () => (
  <div class="welcome">
    <h1 class="welcome-title">Benchmarks on data that stays with its owner</h1>
    <p class="welcome-text">
      Some data may not be shared: patients’ records, for instance. Here your submission travels to the data
      instead. A person at the data owner looks at the results, and only what they release appears on this
      site.
    </p>
    <ol class="welcome-way">
      <li>
        <strong>You submit</strong>
        <span>A program, or predictions that you made with your own.</span>
      </li>
      <li>
        <strong>It runs beside the data</strong>
        <span>In a closed room without a network, at the data owner’s site.</span>
      </li>
      <li>
        <strong>A person releases the result</strong>
        <span>Your scores come to the leaderboard. The data never left.</span>
      </li>
    </ol>
    <Cluster>
      <ButtonLink href={paths.signUp} kind="primary">
        Sign up
      </ButtonLink>
      <ButtonLink href={paths.signIn}>Sign in</ButtonLink>
    </Cluster>
  </div>
)

const CompetitionCards: FC<{ viewer: Viewer; competitions: PageOf<CompetitionSummary>; now: Date }> = ({
  viewer,
  competitions,
  now,
}) => {
  if (competitions.total === 0) return <NoCompetition isSignedIn={viewer !== undefined} />
  return (
    <>
      <Grid itemWidth="wide">
        {competitions.rows.map((competition) => (
          <CompetitionCard competition={competition} now={now} />
        ))}
      </Grid>
      {competitions.total > CARDS_PER_PAGE && (
        <Pagination
          {...competitions}
          noun="competitions"
          previousHref={competitions.number > 1 ? `/?page=${competitions.number - 1}` : undefined}
          nextHref={competitions.hasNext ? `/?page=${competitions.number + 1}` : undefined}
        />
      )}
    </>
  )
}

const NoCompetition: FC<{ isSignedIn: boolean }> = ({ isSignedIn }) => (
  <EmptyState
    title="No competition yet"
    text={
      isSignedIn
        ? 'Upload a bundle: a zip with competition.yaml, its pages, programs and data.'
        : 'To make the first one, sign in and upload a bundle.'
    }
    action={
      isSignedIn ? (
        <ButtonLink href={paths.newCompetition} kind="primary" icon="upload">
          Upload a bundle
        </ButtonLink>
      ) : (
        <ButtonLink href={paths.signInThen(paths.newCompetition)}>Sign in</ButtonLink>
      )
    }
  />
)

const CompetitionCard: FC<{ competition: CompetitionSummary; now: Date }> = ({ competition, now }) => (
  <article class="competition-card">
    <div class="competition-card-top">
      <CompetitionLogo title={competition.title} href={competition.logoHref} />
      <div>
        <h3 class="competition-card-title">
          <a href={paths.competition(competition.id)}>{competition.title}</a>
        </h3>
        <p class="competition-card-by">by {competition.organizer.username}</p>
      </div>
    </div>
    {competition.description !== '' && (
      <p class="competition-card-text" title={competition.description}>
        {competition.description}
      </p>
    )}
    <Cluster>
      <YourStatus competition={competition} />
      {!competition.published && <Badge icon="lock">Not published</Badge>}
    </Cluster>
    <div class="competition-card-facts">
      <span>
        {competition.phaseNow === undefined ? 'No phase is running' : `Now: ${competition.phaseNow.name}`}
      </span>
      {competition.phaseNow?.endsAt !== undefined && (
        <TimeLeft deadline={competition.phaseNow.endsAt} now={now} />
      )}
      <span>
        {competition.participantsCount} participant{competition.participantsCount === 1 ? '' : 's'}
      </span>
    </div>
  </article>
)

/** Where the reader stands in a competition, in a badge; nothing for a visitor. */
const YourStatus: FC<{ competition: Pick<CompetitionSummary, 'participation' | 'isOrganizer'> }> = ({
  competition: { participation, isOrganizer },
}) => {
  if (isOrganizer) return <Badge tone="info">You organize this</Badge>
  switch (participation) {
    case 'approved':
      return (
        <Badge tone="good" icon="check">
          You take part
        </Badge>
      )
    case 'pending':
      return (
        <Badge tone="waiting" icon="pause">
          Waiting for approval
        </Badge>
      )
    case 'denied':
      return (
        <Badge tone="bad" icon="ban">
          Not approved
        </Badge>
      )
    case 'none':
      return null
  }
}
