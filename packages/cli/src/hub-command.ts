import { startHub } from '@scoregate/hub/start-hub'
import pino from 'pino'
import { installationPaths, type Provision } from './installation.ts'
import type { Part } from './part.ts'
import type { Settings } from './settings.ts'
import { islandsFolder } from './shipped-files.ts'

/** The name of the queue that the site of this installation serves. */
const LOCAL_QUEUE = 'local'

/** Runs the hub of this installation. */
export async function startHubPart(settings: Settings, provision: Provision): Promise<Part> {
  const { secrets, signInLinks } = provision
  const hub = await startHub({
    dataFolder: installationPaths(settings.dataFolder).hub,
    host: settings.host,
    port: settings.hubPort,
    publicUrl: provision.hubUrl,
    islandsFolder,
    broker: settings.broker,
    log: pino({ name: 'hub', level: settings.logLevel }),
    provision: {
      people: [secrets.organizer, secrets.participant],
      queues: [
        {
          name: LOCAL_QUEUE,
          workerToken: secrets.queueToken,
          siteToken: secrets.siteToken,
          sitePublicKey: provision.sitePublicKey,
          onOtherSiteKey: settings.onOtherSiteKey,
        },
      ],
      signInLinks: [signInLinks.organizer, signInLinks.participant].map((link) => ({
        ...link,
        validUntil: new Date(link.validUntil),
      })),
      ...(provision.example === undefined
        ? {}
        : {
            example: {
              folder: provision.example,
              organizer: secrets.organizer.username,
              participants: [secrets.participant.username],
            },
          }),
    },
  })
  return { stop: () => hub.close() }
}
