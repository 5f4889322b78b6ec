/** As much of a live log as a page shows: its end. In characters. */
const LONGEST_LOG = 64 * 1024
/** So many submissions at once have a live log; the one that was silent longest loses its. */
const MOST_LOGS = 200

/** The words under which the parts of a live log stand. */
export type LiveLogKind = 'ingestion' | 'program' | 'error'

/** The end of what a run has printed so far. */
export type LiveLog = { readonly text: string; readonly isCut: boolean }

export type LiveLogs = ReturnType<typeof createLiveLogs>

/**
 * What runs print while they run, in memory alone and bounded: it is gone when the run ends, as on Codabench, and when the hub
 * stops. The whole logs are files.
 */
export function createLiveLogs() {
  const logs = new Map<number, { text: string; isCut: boolean; kind: LiveLogKind | undefined }>()
  return {
    append(submissionId: number, entry: { kind: LiveLogKind; text: string }): void {
      const log = logs.get(submissionId) ?? { text: '', isCut: false, kind: undefined }
      const heading = log.kind === entry.kind ? '' : `${log.text === '' ? '' : '\n'}[${entry.kind}]\n`
      const text = log.text + heading + entry.text
      // Newest last, so that the first is the one that was silent longest.
      logs.delete(submissionId)
      logs.set(submissionId, {
        text: endOf(text),
        isCut: log.isCut || text.length > LONGEST_LOG,
        kind: entry.kind,
      })
      const [oldest] = logs.keys()
      if (logs.size > MOST_LOGS && oldest !== undefined) logs.delete(oldest)
    },

    find(submissionId: number): LiveLog | undefined {
      const log = logs.get(submissionId)
      return log && { text: log.text, isCut: log.isCut }
    },

    drop(submissionId: number): void {
      logs.delete(submissionId)
    },
  }
}

/** A copy, since a slice would keep all of the text that it was cut from in memory. */
function endOf(text: string): string {
  return text.length <= LONGEST_LOG ? text : Buffer.from(text.slice(-LONGEST_LOG)).toString()
}
