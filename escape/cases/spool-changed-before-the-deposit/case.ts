import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EscapeCase } from '../../case.ts'
import type { EscapeSite } from '../../rig/escape-site.ts'

const heardWord = (site: EscapeSite, jobId: string, word: string) =>
  site.hub.heard(jobId).find((heard) => heard.kind === 'status' && heard.word === word)

const logged = (site: EscapeSite, jobId: string, message: string) =>
  site.boundary.crossings.find(
    (crossing) =>
      crossing.channel === 'log' && crossing.jobId === jobId && crossing.bytes.includes(`"msg":"${message}`),
  )

/** A line about the job in the worker's log, after the desk is back. */
const spokenOf = (site: EscapeSite, jobId: string, from: number) =>
  site.boundary.crossings
    .slice(from)
    .find((crossing) => crossing.channel === 'log' && crossing.jobId === jobId && isAnswer(crossing.bytes))

/** Taken, refused for good, or refused for now: a desk that answered at all. */
const isAnswer = (line: Buffer) => !line.includes('ECONNREFUSED')

/** Writes other scores in the place of those that were sealed; whether there were any. */
async function changeSealedScores(workerFolder: string, text: string): Promise<boolean> {
  let isChanged = false
  for (const run of await readdir(join(workerFolder, 'spool'))) {
    const folder = join(workerFolder, 'spool', run)
    for (const name of await readdir(folder)) {
      const file = join(folder, name)
      if (name === 'record.json' || !(await readFile(file, 'utf8')).includes('accuracy')) continue
      await chmod(file, 0o600)
      await writeFile(file, text)
      isChanged = true
    }
  }
  return isChanged
}

export const attack: EscapeCase = {
  id: 'spool-changed-before-the-deposit',
  family: 6,
  tries:
    'Somebody with a shell at the site changes a sealed file in the spool of the worker while the desk is away.',
  plants: 'Labels in the file that takes the place of the scores.',
  defence: 'The desk takes a file only if it is what its digest says; the hold never comes to be.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'there is no spool' },
  ownSite: {},
  async act({ site, secret, submit }) {
    const { jobId } = await submit({ job: { timeLimitSeconds: 50 } })
    await site.boundary.until('the run', () => heardWord(site, jobId, 'Scoring'))
    await site.stopDesk()
    await site.boundary.until('the sealed run', () => logged(site, jobId, 'a run is sealed'))
    const changed = await changeSealedScores(
      site.workerFolder,
      `{"accuracy": 0.5, "text": "${secret.token}"}`,
    )
    const from = site.boundary.crossings.length
    await site.startDesk()
    await site.boundary.until('what comes of it', () => spokenOf(site, jobId, from))
    const heard = site.hub.heard(jobId)
    if (!changed || heard.some(({ kind }) => kind === 'outcome')) site.boundary.cross('inside', secret.token)
    return 'contained'
  },
}
