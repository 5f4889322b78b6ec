import type { ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import type { LiveLogs } from '../codabench/live-logs.ts'
import { isRunLog, RunFileName } from '../codabench/run-files.ts'
import type { FileLinks } from '../files/file-links.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import type { WorkerWords } from './submission-view.ts'

/** A file that a Codabench worker put, as it stands beside what data owners release. */
export type WorkerFile = {
  readonly name: ArtefactName
  readonly sha256: string
  readonly sizeBytes: number
  readonly putAt: string
}

/** What Codabench workers sent of one submission. */
export type WorkerRecord = {
  readonly files: readonly WorkerFile[]
  words(shown: { isOrganizer: boolean; isOutputHidden: boolean; isOver: boolean }): WorkerWords
}

/** The results among the files that workers put, by our names. */
const RESULTS: Readonly<Partial<Record<RunFileName, ArtefactName>>> = {
  prediction_result: 'predictions',
  scoring_result: 'output',
  detailed_results: 'detailed_results',
}

/** What Codabench workers sent of these submissions; of those on other queues there is nothing. */
export async function loadWorkerRecords(
  { db, links, liveLogs }: { db: HubDb; links: FileLinks; liveLogs: LiveLogs },
  ids: readonly number[],
): Promise<ReadonlyMap<number, WorkerRecord>> {
  const runs = await db
    .selectFrom('broker_run')
    .select(['submission_id', 'prediction_host', 'scoring_host'])
    .where('submission_id', 'in', ids)
    .execute()
  if (runs.length === 0) return new Map()
  const files = await db.selectFrom('run_file').selectAll().where('submission_id', 'in', ids).execute()
  const notes = await db
    .selectFrom('run_note')
    .selectAll()
    .where('submission_id', 'in', ids)
    .orderBy('id')
    .execute()
  return new Map(
    runs.map((run) => {
      const id = run.submission_id
      const put = files
        .filter((file) => file.submission_id === id)
        .map((file) => ({ ...file, name: RunFileName.parse(file.name) }))
      const record: WorkerRecord = {
        files: put.flatMap((file) => {
          const name = RESULTS[file.name]
          return name === undefined
            ? []
            : [{ name, sha256: file.sha256, sizeBytes: file.size_bytes, putAt: file.put_at }]
        }),
        words: ({ isOrganizer, isOutputHidden, isOver }) => ({
          logs: isOutputHidden
            ? []
            : put.flatMap(({ name, sha256, size_bytes: sizeBytes }) =>
                isRunLog(name) ? [{ name, sizeBytes, href: logHref(links, id, name, sha256) }] : [],
              ),
          liveLog: isOutputHidden || isOver ? undefined : liveLogs.find(id),
          hosts: isOrganizer
            ? [run.prediction_host, run.scoring_host].flatMap((host) => (host ? [host] : []))
            : [],
          notes: isOrganizer
            ? notes
                .filter((note) => note.submission_id === id)
                .map(({ text, at }) => ({ text, at: new Date(at) }))
            : [],
        }),
      }
      return [id, record]
    }),
  )
}

function logHref(links: FileLinks, id: number, name: RunFileName, sha256: string): string {
  return links.href({
    sha256: Digest.parse(sha256),
    fileName: `submission-${id}-${name}.txt`,
    // Text in any case; a browser that guesses could find a page in it.
    mediaType: 'text/plain; charset=utf-8',
    disposition: 'attachment',
  })
}
