import { ButtonLink } from '@scoregate/ui/button'
import { InertName, InertText } from '@scoregate/ui/facts'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { Card, Stack } from '@scoregate/ui/layout'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import { DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import { RUN_LOG_WORDS } from '../../codabench/run-files.ts'
import type { SubmissionView } from '../../submissions/submission-view.ts'
import { paths } from '../paths.ts'

type Shown = { readonly submission: SubmissionView }

/** What a run prints while it runs, as its worker sends it; the page is renewed when more has come. */
export const LiveLogCard: FC<Shown> = ({ submission: { worker } }) =>
  worker?.liveLog === undefined ? null : (
    <Card title="What it prints now">
      <InertText
        id="live-log"
        label="Live log"
        text={worker.liveLog.text}
        size="tall"
        note={
          worker.liveLog.isCut
            ? 'Only the end is shown. The whole logs are files when the run has ended.'
            : 'It is gone when the run ends; the whole logs are files then.'
        }
      />
    </Card>
  )

/** The logs of a run as files; saved and never opened here: they are the text of a run. */
export const WorkerLogs: FC<Shown> = ({ submission: { id, worker } }) =>
  worker === undefined || worker.logs.length === 0 ? null : (
    <Card title="Logs" variant="flush">
      <DataTable
        caption="Logs of the worker"
        narrow="stack"
        columns={[
          { key: 'name', header: 'What', isRowHeader: true, cell: ({ name }) => RUN_LOG_WORDS[name] },
          {
            key: 'file',
            header: 'Download',
            align: 'end',
            cell: ({ name, sizeBytes }) => (
              <ButtonLink href={paths.workerLog(id, name)} size="small" icon="download" download="">
                Download, {fileSizeWords(sizeBytes)}
              </ButtonLink>
            ),
          },
        ]}
        rows={worker.logs}
        empty={null}
      />
    </Card>
  )

/** For the organizer: where it ran, and what the worker said in its own words. */
export const WorkerNotes: FC<Shown> = ({ submission: { worker } }) => {
  if (worker === undefined || (worker.notes.length === 0 && worker.hosts.length === 0)) return null
  return (
    <Card title="For the organizer" description="Only organizers see this.">
      <Stack>
        {worker.hosts.length > 0 && (
          <p>
            Ran on{' '}
            {[...new Set(worker.hosts)].map((host, at) => (
              <>
                {at > 0 && ', '}
                <InertName text={host} />
              </>
            ))}
            .
          </p>
        )}
        {worker.notes.map(({ text, at }, position) => (
          <InertText
            id={`worker-note-${position}`}
            label={`The worker said, ${absoluteMinute(at)}`}
            text={text}
          />
        ))}
      </Stack>
    </Card>
  )
}
