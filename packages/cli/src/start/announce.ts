import { relative } from 'node:path'
import type { Provision } from '../installation.ts'
import type { Settings } from '../settings.ts'

const SANDBOX_WORDS = {
  engine: 'a container engine (no network, read-only, unprivileged)',
  bubblewrap: 'bubblewrap (no network, read-only, unprivileged)',
} as const

/** Prints where to go, as whom, and what to try first. */
export function announce(
  given: {
    settings: Settings
    sandbox: 'engine' | 'bubblewrap'
    provision: Provision
    samples: readonly string[]
  },
  say: (line: string) => void,
): void {
  const { settings, provision, samples } = given
  const { organizer, participant, reviewer } = provision.signInLinks
  const link = (site: string, token: string) => `${site}/sign-in/link?token=${token}`
  say('')
  say('Scoregate is up.')
  say('')
  if (settings.withHub) say(`  Hub    ${provision.hubUrl}    where organizers and participants meet`)
  say(`  Desk   ${provision.deskUrl}    where the data owner's reviewer decides`)
  say('')
  say(
    'Sign in with one click (these links work for 12 hours, on this machine only if you keep them to yourself):',
  )
  say('')
  if (settings.withHub) {
    say(`  organizer     ${link(provision.hubUrl, organizer.token)}`)
    say(`  participant   ${link(provision.hubUrl, participant.token)}`)
  }
  say(`  reviewer      ${link(provision.deskUrl, reviewer.token)}`)
  say('')
  if (samples.length > 0) {
    say(
      'Try it: sign in as the participant, open the example and upload one of these, then look at the desk:',
    )
    for (const sample of samples) say(`  ${relative(process.cwd(), sample)}`)
    say('')
  }
  if (!settings.withHub) say('The worker takes jobs from the broker. No hub was started.')
  say(`Runs are confined with ${SANDBOX_WORDS[given.sandbox]}.`)
  say(`Data, passwords and logs are in ${settings.dataFolder} (passwords: ready.json).`)
  say(`The site's rules are in ${settings.policyFile}.`)
  say('Stop with Ctrl-C; a second start keeps everything.')
}
