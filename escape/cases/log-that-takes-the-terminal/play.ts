import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ending } from '../../case.ts'
import { reviewWords } from '../../rig/review-command.ts'
import type { Stage } from '../../rig/stage.ts'
import { inTerminal, isUntouched, type TerminalState } from '../../rig/terminal.ts'

/** Shows list and hold on a real terminal; whatever they change there has crossed. */
export async function playInTerminal(stage: Stage): Promise<Ending> {
  const { site } = stage
  for (const what of ['log', 'names']) {
    const result = await stage.result(
      await stage.submit({ beside: { 'what.txt': what }, job: HOSTILE_NAMES }),
    )
    if (result.kind === 'not-run') throw new Error(`The job was not run: ${result.reason}.`)
    if (what === 'log') await tryLogItself(stage, await site.reviewer.files(result.hold))
    for (const words of [['list'], ['list', '--list', 'failed'], ['show', result.hold.id]]) {
      const command = reviewWords(stage, ...words).map((word) => `'${word}'`)
      const state = await inTerminal(command.join(' '))
      if (words[0] === 'show' && !state.screen.includes(result.hold.id)) {
        throw new Error(`The command showed no hold: ${JSON.stringify(state.screen)}`)
      }
      cross(stage, result.job.jobId, state)
    }
    await stage.decide(result, 'reject')
  }
  return 'contained'
}

/** What the platform says of a submission comes from participants, too. */
const HOSTILE_NAMES = {
  participant: { id: 3, username: '\u001b]2;taken\u0007\u001b[2J\u001b[3Jparticipant' },
}

/** The control: the same bytes without the command in between. */
async function tryLogItself({ site }: Stage, files: readonly Buffer[]): Promise<void> {
  const log = join(site.folder, 'hostile.log')
  await writeFile(log, Buffer.concat([...files]))
  const state = await inTerminal(`cat ${log}`)
  if (state.keepsWhatWasBefore || state.clipboard === '' || isUntouched(state)) {
    throw new Error(`The log by itself does nothing to a terminal: ${JSON.stringify(state)}`)
  }
}

function cross({ site, secret }: Stage, jobId: string, state: TerminalState): void {
  if (isUntouched(state)) return
  site.boundary.cross('inside', `a terminal was taken by ${secret.token}: ${JSON.stringify(state)}`, jobId)
}
