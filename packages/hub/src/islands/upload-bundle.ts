import { ask, type Problem, Refused, sendFile } from './upload/send-file.ts'
import { startUploadForms } from './upload/upload-form.ts'

type Creation = {
  status: 'Starting' | 'Finished' | 'Failed'
  details?: string | null
  problems?: Problem[]
  resulting_competition?: number | null
}

const POLL_MS = 500

/** Uploads a bundle, waits until a competition is made of it, and goes there. */
startUploadForms('bundle', async (file, view) => {
  const { csrf } = view
  const key = await sendFile({ csrf, file, type: 'competition_bundle' }, view.progress)
  view.say('Reading the bundle.')
  const { status_id } = await ask<{ status_id: number }>(csrf, {
    method: 'PUT',
    path: `/api/datasets/completed/${key}/`,
  })
  location.assign(`/competitions/${await made(csrf, status_id)}`)
})

async function made(csrf: string, statusId: number): Promise<number> {
  for (;;) {
    const creation = await ask<Creation>(csrf, {
      method: 'GET',
      path: `/api/competitions/${statusId}/creation_status/`,
    })
    if (creation.status === 'Finished' && typeof creation.resulting_competition === 'number') {
      return creation.resulting_competition
    }
    if (creation.status === 'Failed') {
      const problems = creation.problems ?? []
      throw new Refused({
        detail: 'The bundle has errors, so no competition was made.',
        remedy:
          problems.length > 0 ? 'Correct what is listed and upload it again.' : (creation.details ?? ''),
        problems,
      })
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
