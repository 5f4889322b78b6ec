import type { EscapeCase } from '../../case.ts'
import type { Stage } from '../../rig/stage.ts'

/**
 * What crossed about a job, each piece once, with what differs between any two jobs put aside: names, digests, signatures,
 * times, and heartbeats, which are as many as the time between is long.
 */
function spokenOf({ site }: Stage, jobId: string): string[] {
  const lines = site.boundary.crossings
    .filter((crossing) => crossing.jobId === jobId && crossing.channel !== 'log')
    .map(({ channel, bytes }) => `${channel} ${bytes.toString('latin1').replaceAll(VARYING, '*')}`)
  return [...new Set(lines.filter((line) => !HEARTBEAT.test(line)))].sort()
}

const HEARTBEAT = /^request-line .*\/heartbeat |^body \{"attempt":1\}$/

const VARYING =
  /job-\d+|[0-9a-f]{64}|\d{4}-\d{2}-\d{2}T[0-9:.]+Z|"(payload|sig)":"[A-Za-z0-9+/=]+"|content-length: \d+/gi

export const attack: EscapeCase = {
  id: 'time-memory-and-size',
  family: 16,
  tries:
    'Two runs of one program differ in time, memory, processes, files and bytes as two secrets would have them.',
  plants: 'A bit in everything that a run spends.',
  defence:
    'What crosses before a decision is the same whatever a run spends: words, and digests that tell nothing.',
  expect: 'contained',
  quick: true,
  control: {
    notApplicable:
      'it tells elapsed times, sizes and exit codes to whoever asks; the oracle looks for the secret itself',
  },
  async act(stage) {
    const spoken: string[] = []
    for (const spend of ['little', 'much']) {
      const job = await stage.submit({ beside: { 'spend.txt': spend } })
      await stage.decide(await stage.result(job), 'reject')
      spoken.push(spokenOf(stage, job.jobId).join('\n'))
    }
    if (new Set(spoken).size > 1) stage.site.boundary.cross('inside', stage.secret.token)
    return 'contained'
  },
}
