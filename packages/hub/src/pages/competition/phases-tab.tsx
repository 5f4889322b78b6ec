import { Badge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { DefinitionList } from '@scoregate/ui/facts'
import { EmptyState } from '@scoregate/ui/feedback'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { Card, Cluster, Stack } from '@scoregate/ui/layout'
import { durationWords } from '@scoregate/ui/plain-time'
import { TimeLeft } from '@scoregate/ui/time-left'
import type { Child, FC } from 'hono/jsx'
import type { CompetitionView, PhaseView } from '../../competitions/competition-view.ts'
import { Markdown } from '../markdown.tsx'
import { paths } from '../paths.ts'

/** The phases on a line through time: dates, limits, tasks, what to download. */
export const PhasesTab: FC<{ competition: CompetitionView; now: Date }> = ({ competition, now }) =>
  competition.phases.length === 0 ? (
    <EmptyState icon="clock" title="No phase" text="Without a phase nobody can submit." />
  ) : (
    <ol class="timeline">
      {competition.phases.map((phase) => (
        <li class={`timeline-${phase.state}`}>
          <PhaseCard phase={phase} now={now} />
        </li>
      ))}
    </ol>
  )

const PhaseCard: FC<{ phase: PhaseView; now: Date }> = ({ phase, now }) => (
  <Card
    id={`phase-${phase.id}`}
    title={phase.name}
    actions={
      <Cluster>
        <PhaseBadge phase={phase} />
        {phase.state === 'running' && phase.endsAt !== undefined && (
          <TimeLeft deadline={phase.endsAt} now={now} />
        )}
      </Cluster>
    }
  >
    <Stack>
      {phase.description !== '' && <Markdown text={phase.description} below={2} />}
      <DefinitionList layout="columns" items={factsOf(phase)} />
      {phase.tasks.length > 0 && <Tasks phase={phase} />}
      {(phase.startingKit !== undefined || phase.publicData !== undefined) && (
        <Cluster>
          {phase.startingKit !== undefined && (
            <ButtonLink href={paths.startingKit(phase.id)} icon="download">
              Starting kit, {fileSizeWords(phase.startingKit.sizeBytes)}
            </ButtonLink>
          )}
          {phase.publicData !== undefined && (
            <ButtonLink href={paths.publicData(phase.id)} icon="download">
              Public data, {fileSizeWords(phase.publicData.sizeBytes)}
            </ButtonLink>
          )}
        </Cluster>
      )}
    </Stack>
  </Card>
)

const PhaseBadge: FC<{ phase: PhaseView }> = ({ phase }) => {
  switch (phase.state) {
    case 'running':
      return (
        <Badge tone="progress" icon="play">
          Running
        </Badge>
      )
    case 'upcoming':
      return (
        <Badge tone="info" icon="clock">
          To come
        </Badge>
      )
    case 'over':
      return <Badge icon="check">Over</Badge>
  }
}

const Tasks: FC<{ phase: PhaseView }> = ({ phase }) => (
  <div>
    <p class="field-label">{phase.tasks.length === 1 ? 'Task' : 'Tasks'}</p>
    <ul class="problem-list">
      {phase.tasks.map((task) => (
        <li>
          {task.name}
          {task.description !== '' && task.description !== task.name && (
            <div class="muted">{task.description}</div>
          )}
        </li>
      ))}
    </ul>
  </div>
)

function factsOf(phase: PhaseView): { term: string; value: Child }[] {
  return [
    { term: 'Starts', value: dateTime(phase.startsAt) },
    { term: 'Ends', value: phase.endsAt === undefined ? 'Open end' : dateTime(phase.endsAt) },
    {
      term: 'You submit',
      value: phase.acceptsOnlyResultSubmissions
        ? 'Results'
        : phase.tasks.some((task) => task.hasIngestionProgram)
          ? 'A program'
          : 'Results or a program',
    },
    { term: 'Time limit', value: durationWords(phase.timeLimitSeconds * 1000) },
    { term: 'A day', value: limit(phase.maxSubmissionsPerDay) },
    { term: 'In all', value: limit(phase.maxSubmissions) },
  ]
}

function limit(most: number): string {
  if (most === 0) return 'No limit'
  return most === 1 ? '1 submission' : `${most} submissions`
}

/** Dates of phases are set to the minute at best. */
function minuteWords(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function dateTime(at: Date): Child {
  return <time datetime={at.toISOString()}>{minuteWords(at)}</time>
}
