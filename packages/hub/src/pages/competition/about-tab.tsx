import { Button, ButtonLink } from '@scoregate/ui/button'
import { CheckboxField } from '@scoregate/ui/choice'
import { DefinitionList } from '@scoregate/ui/facts'
import { EmptyState } from '@scoregate/ui/feedback'
import { Form, FormActions } from '@scoregate/ui/form'
import { Card, Split, Stack } from '@scoregate/ui/layout'
import type { Child, FC } from 'hono/jsx'
import type { CompetitionView } from '../../competitions/competition-view.ts'
import type { Viewer } from '../../hub.ts'
import { Markdown } from '../markdown.tsx'
import { PageNav } from '../page-nav.tsx'
import { paths } from '../paths.ts'

/** What the organizer wrote, page by page; beside it how to take part, and the facts. */
export const AboutTab: FC<{
  competition: CompetitionView
  viewer: Viewer
  /** Which page of the bundle. */
  index: number
  csrf: string
  joinError?: string | undefined
}> = ({ competition, viewer, index, csrf, joinError }) => {
  const page = competition.pages[index]
  return (
    <Split
      asideLabel="Taking part"
      aside={
        <>
          <TakePart competition={competition} viewer={viewer} csrf={csrf} error={joinError} />
          <Facts competition={competition} />
        </>
      }
    >
      <PageNav
        label="Pages"
        links={competition.pages.map(({ title }, at) => ({
          href: paths.competitionPage(competition.id, at),
          label: title,
          current: at === index,
        }))}
      />
      {page !== undefined ? (
        <article>
          <Markdown text={page.content} />
        </article>
      ) : competition.description === '' ? (
        <EmptyState icon="file" title="Nothing is written about this competition" />
      ) : (
        <Markdown text={competition.description} />
      )}
    </Split>
  )
}

const TakePart: FC<{
  competition: CompetitionView
  viewer: Viewer
  csrf: string
  error: string | undefined
}> = ({ competition, viewer, csrf, error }) => {
  switch (competition.participation) {
    case 'approved':
      return (
        <Card id="take-part" title="You take part">
          <Stack>
            <p>Submit a zip to a phase that is running, and follow it here.</p>
            <div>
              <ButtonLink href={paths.mySubmissions(competition.id)} icon="upload">
                My submissions
              </ButtonLink>
            </div>
          </Stack>
        </Card>
      )
    case 'pending':
      return (
        <Card id="take-part" title="Waiting for approval">
          <p>You asked to join. You can submit as soon as the organizer has approved it.</p>
        </Card>
      )
    case 'denied':
      return (
        <Card id="take-part" title="Not approved">
          <p>The organizer did not approve your taking part{contact(competition)}.</p>
        </Card>
      )
    case 'none':
      return viewer === undefined ? (
        <Card id="take-part" title="Take part">
          <Stack>
            <p>Sign in to join this competition and to submit.</p>
            <div>
              <ButtonLink
                kind="primary"
                href={paths.signInThen(`${paths.competition(competition.id)}#take-part`)}
              >
                Sign in to join
              </ButtonLink>
            </div>
          </Stack>
        </Card>
      ) : (
        <JoinCard competition={competition} csrf={csrf} error={error} />
      )
  }
}

const JoinCard: FC<{ competition: CompetitionView; csrf: string; error: string | undefined }> = ({
  competition,
  csrf,
  error,
}) => (
  <Card
    id="take-part"
    title="Take part"
    description={competition.registrationAutoApprove ? undefined : 'The organizer approves each participant.'}
  >
    <Form action={paths.join(competition.id)} csrf={csrf} label="Join this competition">
      {competition.terms.trim() !== '' && (
        // A box that scrolls must be reachable by keyboard, and then it needs a name.
        <section class="terms" aria-label="Terms" tabindex={0}>
          <Markdown text={competition.terms} below={2} />
        </section>
      )}
      <CheckboxField
        name="terms"
        label={competition.terms.trim() === '' ? 'I take part under my name' : 'I accept these terms'}
        hint="Your name is shown on the leaderboard."
        error={error}
      />
      <FormActions>
        <Button kind="primary">{competition.registrationAutoApprove ? 'Join' : 'Ask to join'}</Button>
      </FormActions>
    </Form>
  </Card>
)

const Facts: FC<{ competition: CompetitionView }> = ({ competition }) => {
  const isReviewed = competition.submissionFlow.whenScoringEnds === 'hold-for-review'
  const items: { term: string; value: Child }[] = [
    { term: 'Organizer', value: competition.organizer.username },
    ...(competition.contactEmail === undefined
      ? []
      : [{ term: 'Contact', value: <bdi>{competition.contactEmail}</bdi> }]),
    ...(competition.reward === undefined ? [] : [{ term: 'Reward', value: competition.reward }]),
    { term: 'Participants', value: competition.participantsCount },
    { term: 'Submissions', value: competition.submissionsCount },
    {
      term: 'Results',
      value: isReviewed ? 'Reviewed by the data owner before they are shown' : 'Shown when scoring ends',
    },
    { term: 'Runs in', value: <code>{competition.dockerImage}</code> },
  ]
  return (
    <Card title="Facts">
      <DefinitionList items={items} />
    </Card>
  )
}

function contact({ contactEmail }: CompetitionView): string {
  return contactEmail === undefined ? '' : `; if that is a mistake, write to ${contactEmail}`
}
