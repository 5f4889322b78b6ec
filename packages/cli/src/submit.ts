import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import { isFinal, SubmissionStatus } from '@scoregate/protocol/submission-status'
import { z } from 'zod'
import { ask, type Connection, refusalOf, siteSilent } from './connection.ts'
import { putFile } from './put-file.ts'

const Upload = z.looseObject({ key: z.string(), sassy_url: z.string() })

/** What the hub says of a submission; Codabench's field names. */
const Submission = z.looseObject({
  id: z.number(),
  status: SubmissionStatus,
  status_details: z.string().nullish(),
})
export type SubmittedState = z.infer<typeof Submission>

const Phases = z.looseObject({
  id: z.number(),
  title: z.string(),
  phases: z.array(z.looseObject({ id: z.number(), name: z.string(), status: z.string().nullish() })),
})

const POLL_MS = 500

/** Uploads a file by the hub's own link, telling progress from 0 to 1; returns its key. Throws `ScoregateError`. */
export async function upload(
  hub: Connection,
  given: { file: string; type: 'submission' | 'competition_bundle'; competition?: number },
  onProgress: (share: number) => void,
): Promise<string> {
  const fileName = basename(given.file)
  const { size } = await stat(given.file).catch((cause) => {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'no-such-file',
      message: `There is no readable file ${given.file}.`,
      remedy: 'Check the path.',
      cause,
    })
  })
  const created = await ask(
    hub,
    {
      method: 'POST',
      path: '/api/datasets/',
      body: {
        type: given.type,
        request_sassy_file_name: fileName,
        file_name: fileName,
        file_size: size,
        ...(given.competition === undefined ? {} : { competition: given.competition }),
      },
    },
    Upload,
  )
  const answer = await putFile(
    {
      url: new URL(created.sassy_url, hub.url),
      file: given.file,
      sizeBytes: size,
      mediaType: 'application/zip',
    },
    onProgress,
  ).catch((cause) => {
    throw siteSilent(hub.url, cause)
  })
  if (answer.status >= 300) throw refusalOf(hub.url, answer.status, answer.text)
  return created.key
}

/** Sends a submission to a phase. Throws `ScoregateError` when it is refused; then nothing counts against the quota. */
export async function submit(
  hub: Connection,
  given: { file: string; phase: number },
  onProgress: (share: number) => void,
): Promise<SubmittedState> {
  const key = await upload(hub, { file: given.file, type: 'submission' }, onProgress)
  await ask(hub, { method: 'PUT', path: `/api/datasets/completed/${key}/` }, z.unknown())
  return ask(
    hub,
    { method: 'POST', path: '/api/submissions/', body: { phase: given.phase, data: key } },
    Submission,
  )
}

/** Follows a submission until nothing more can happen to it, telling each change. */
export async function follow(
  hub: Connection,
  id: number,
  onChange: (state: SubmittedState) => void,
): Promise<SubmittedState> {
  let last: SubmissionStatus | undefined
  for (;;) {
    const state = await ask(hub, { method: 'GET', path: `/api/submissions/${id}/` }, Submission)
    if (state.status !== last) onChange(state)
    last = state.status
    if (isFinal(state.status)) return state
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** The one phase of a competition that takes submissions now. Throws `ScoregateError` naming the choices if there are several. */
export async function runningPhase(hub: Connection, competition: number): Promise<number> {
  const found = await ask(hub, { method: 'GET', path: `/api/competitions/${competition}/` }, Phases)
  const [only, ...others] = found.phases
  if (only !== undefined && others.length === 0) return only.id
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'which-phase',
    message: `"${found.title}" has ${found.phases.length} phases.`,
    remedy: 'Say which one with --phase.',
    problems: found.phases.map((phase) => ({
      where: `--phase ${phase.id}`,
      what: phase.name,
      remedy: '',
    })),
  })
}
