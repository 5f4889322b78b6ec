import { Badge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { PageHeader } from '@scoregate/ui/layout'
import { Tabs } from '@scoregate/ui/navigation'
import type { FC, PropsWithChildren } from 'hono/jsx'
import type { CompetitionView } from '../../competitions/competition-view.ts'
import type { Viewer } from '../../hub.ts'
import { paths } from '../paths.ts'
import { CompetitionLogo } from './competition-logo.tsx'

/** The tabs of a competition. */
export type CompetitionTab = 'about' | 'phases' | 'leaderboard' | 'submissions' | 'manage'

/** The top that all pages of a competition share, and the page's own matter below it. */
export const CompetitionFrame: FC<
  PropsWithChildren<{ competition: CompetitionView; viewer: Viewer; tab: CompetitionTab }>
> = ({ competition, viewer, tab, children }) => {
  const { id } = competition
  return (
    <>
      <div class="competition-head">
        <CompetitionLogo title={competition.title} href={competition.logoHref} />
        <PageHeader
          title={competition.title}
          breadcrumbs={[{ label: 'Competitions', href: paths.home }]}
          badges={<CompetitionBadges competition={competition} />}
          description={`Organized by ${competition.organizer.username}`}
          actions={<Entrance competition={competition} viewer={viewer} tab={tab} />}
        />
      </div>
      <Tabs
        label="This competition"
        tabs={[
          { href: paths.competition(id), label: 'About', current: tab === 'about' },
          { href: paths.phases(id), label: 'Phases', current: tab === 'phases' },
          { href: paths.leaderboard(id), label: 'Leaderboard', current: tab === 'leaderboard' },
          { href: paths.mySubmissions(id), label: 'My submissions', current: tab === 'submissions' },
          ...(competition.isOrganizer
            ? [{ href: paths.manage(id, 'flow'), label: 'Manage', current: tab === 'manage' }]
            : []),
        ]}
      />
      {children}
    </>
  )
}

const CompetitionBadges: FC<{ competition: CompetitionView }> = ({ competition }) => {
  const running = competition.phases.filter((phase) => phase.state === 'running')
  return (
    <>
      {running.length === 0 ? (
        <Badge>No phase is running</Badge>
      ) : (
        <Badge tone="progress" icon="play">
          {running.length === 1 ? `Now: ${running[0]?.name ?? ''}` : `${running.length} phases are running`}
        </Badge>
      )}
      {competition.submissionFlow.whenScoringEnds === 'hold-for-review' && (
        <Badge tone="waiting" icon="lock">
          Data-side review
        </Badge>
      )}
      {!competition.published && <Badge icon="lock">Not published</Badge>}
      {competition.participation === 'pending' && (
        <Badge tone="waiting" icon="pause">
          Waiting for approval
        </Badge>
      )}
      {competition.participation === 'denied' && (
        <Badge tone="bad" icon="ban">
          Not approved
        </Badge>
      )}
    </>
  )
}

/** The next thing to do here: join, or submit. */
const Entrance: FC<{ competition: CompetitionView; viewer: Viewer; tab: CompetitionTab }> = ({
  competition,
  viewer,
  tab,
}) => {
  if (tab === 'submissions') return null
  if (competition.participation === 'approved') {
    return (
      <ButtonLink href={paths.mySubmissions(competition.id)} kind="primary" icon="upload">
        Submit
      </ButtonLink>
    )
  }
  if (competition.participation !== 'none' || competition.isOrganizer || tab === 'about') return null
  const join = `${paths.competition(competition.id)}#take-part`
  return (
    <ButtonLink href={viewer === undefined ? paths.signInThen(join) : join} kind="primary">
      Take part
    </ButtonLink>
  )
}
