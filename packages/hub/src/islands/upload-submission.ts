import { ask, sendFile } from './upload/send-file.ts'
import { startUploadForms } from './upload/upload-form.ts'

/** Uploads a zip, submits it, and lets the list on the page know. */
startUploadForms('submission', async (file, view) => {
  const { csrf, phaseId } = view
  const key = await sendFile({ csrf, file, type: 'submission' }, view.progress)
  view.say('Checking the zip.')
  await ask(csrf, { method: 'PUT', path: `/api/datasets/completed/${key}/` })
  const { id } = await ask<{ id: number }>(csrf, {
    method: 'POST',
    path: '/api/submissions/',
    body: { phase: phaseId, data: key },
  })
  view.say('Submitted:', { href: `/submissions/${id}`, label: `submission ${id}` })
  document.dispatchEvent(new CustomEvent('submission-added'))
})
