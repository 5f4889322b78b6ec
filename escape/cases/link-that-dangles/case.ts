import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { EscapeCase } from '../../case.ts'
import { endingOf } from '../../rig/stage.ts'

/** Beside the planted files of the host, where the worker could write and a program cannot. */
const VICTIM = 'made-by-the-worker'

export const attack: EscapeCase = {
  id: 'link-that-dangles',
  family: 3,
  tries:
    'A link to a file that does not exist is left where a worker might write, so that the worker makes that file.',
  plants: 'A path of the host, which a file would betray.',
  defence:
    'Sealing opens no link, and one link makes the whole hold hostile. The worker writes nothing among the output.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its re-creation writes nothing into the output' },
  async act(stage) {
    const victim = join(stage.site.folder, VICTIM)
    const result = await stage.result(await stage.submit({ beside: { 'victim.txt': victim } }))
    await stage.decide(result, 'scores')
    const isMade = await access(victim).then(
      () => true,
      () => false,
    )
    if (isMade) stage.site.boundary.cross('inside', stage.secret.token)
    return endingOf(result)
  },
}
