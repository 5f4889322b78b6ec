import { Problem, ScoregateError } from '@scoregate/protocol/errors'
import { z } from 'zod'
import { ask, type Connection } from './connection.ts'
import { upload } from './submit.ts'

const Creation = z.looseObject({
  status: z.enum(['Starting', 'Finished', 'Failed']),
  details: z.string().nullish(),
  resulting_competition: z.number().nullish(),
  problems: z.array(Problem).optional(),
})

const POLL_MS = 300

/**
 * Makes a competition from a bundle and returns its id. Throws `ScoregateError` with every problem of the bundle, each
 * with its file and line.
 */
export async function uploadBundle(
  hub: Connection,
  file: string,
  onProgress: (share: number) => void,
): Promise<number> {
  const key = await upload(hub, { file, type: 'competition_bundle' }, onProgress)
  const { status_id } = await ask(
    hub,
    { method: 'PUT', path: `/api/datasets/completed/${key}/` },
    z.looseObject({ status_id: z.number() }),
  )
  for (;;) {
    const creation = await ask(
      hub,
      { method: 'GET', path: `/api/competitions/${status_id}/creation_status/` },
      Creation,
    )
    if (creation.status === 'Finished' && typeof creation.resulting_competition === 'number') {
      return creation.resulting_competition
    }
    if (creation.status === 'Failed') {
      throw new ScoregateError({
        kind: 'bad-input',
        code: 'bundle-refused',
        message: 'The bundle has errors, so no competition was made.',
        remedy: 'Correct what is listed and upload it again.',
        problems: creation.problems ?? [],
      })
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
