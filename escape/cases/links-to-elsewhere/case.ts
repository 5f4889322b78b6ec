import { ReasonCode } from '@scoregate/protocol/reason-code'
import type { EscapeCase } from '../../case.ts'
import { buildJob } from '../../rig/escape-job.ts'

export const attack: EscapeCase = {
  id: 'links-to-elsewhere',
  family: 17,
  tries: "The job names places of the data owner's own network as where its inputs are to be fetched.",
  plants: 'Nothing: that anybody is asked there is the escape.',
  defence:
    'Inputs come from listed origins alone, without redirects; a job that names another place does not run.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'it fetches whatever a job names; the re-creation fetches nothing' },
  async act({ site, host, folder, secret }) {
    const places = [
      `http://127.0.0.1:${host.tcpPort}/secret`,
      `http://[::1]:${host.tcpPort}/secret`,
      `${host.platformUrl}@127.0.0.1:${host.tcpPort}/secret`,
      'http://169.254.169.254/latest/meta-data/',
      `file://${host.secretFile}`,
      `${host.deskUrl}/api/worker/site`,
    ]
    for (const url of places) {
      const { archives, job } = buildJob({ caseId: 'links-to-elsewhere', caseFolder: folder, site: {}, host })
      const scoringProgram = site.hub.keepArchive(archives.scoringProgram ?? Buffer.of())
      site.hub.offer({ ...job, inputs: { submission: { url }, scoringProgram } })
      const end = await site.boundary.until(`the end of the job with ${url}`, () =>
        site.hub.heard(job.jobId).find(({ kind }) => kind !== 'status'),
      )
      const isRefused = end.kind === 'not-run' && end.reason === ReasonCode.enum['inputs-unavailable']
      if (!isRefused) site.boundary.cross('inside', secret.token)
    }
    return 'refused'
  },
}
