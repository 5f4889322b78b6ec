import { startDesk } from '@scoregate/desk/start-desk'
import pino from 'pino'
import { installationPaths, type Provision } from './installation.ts'
import { readInstitution } from './institution-settings.ts'
import type { Part } from './part.ts'
import type { Settings } from './settings.ts'
import { islandsFolder } from './shipped-files.ts'

/** Runs the desk of this installation. */
export async function startDeskPart(settings: Settings, provision: Provision): Promise<Part> {
  const { secrets, signInLinks } = provision
  const { institution } = settings
  const desk = await startDesk({
    dataFolder: installationPaths(settings.dataFolder).desk,
    host: settings.host,
    port: settings.deskPort,
    policyFile: settings.policyFile,
    workerToken: secrets.depositToken,
    ...(settings.metricsToken === undefined ? {} : { metricsToken: settings.metricsToken }),
    ...(settings.publicDeskUrl === undefined ? {} : { publicUrl: settings.publicDeskUrl }),
    ...(settings.trustedProxy === undefined ? {} : { trustedProxy: settings.trustedProxy }),
    ...(settings.mail === undefined ? {} : { mail: settings.mail }),
    ...(institution === undefined ? {} : { institution: await readInstitution(institution) }),
    platforms: [{ url: provision.hubUrl, siteToken: secrets.siteToken }],
    provision: {
      people: [secrets.reviewer],
      signInLinks: [{ ...signInLinks.reviewer, validUntil: new Date(signInLinks.reviewer.validUntil) }],
    },
    islandsFolder,
    log: pino({ name: 'desk', level: settings.logLevel }),
  })
  return { stop: () => desk.close() }
}
