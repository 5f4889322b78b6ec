import { ensureSitePublicKey } from '@scoregate/desk/site-key'
import { keyIdOf } from '@scoregate/gate/receipt'
import { Command } from 'commander'
import { installationPaths } from './installation.ts'
import { say, sayJson } from './print.ts'

/** `scoregate desk key`: the public key by which a hub, here or elsewhere, believes the receipts of this site. */
export function siteKeyCommand(
  dataFolder: (options: Readonly<Record<string, string | undefined>>) => string,
): Command {
  return new Command('key')
    .description('print the public key that verifies the receipts of this site')
    .option('--json', 'print it as JSON, with its id')
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals()
      const publicKey = await ensureSitePublicKey(installationPaths(dataFolder(options)).desk)
      if (options['json'] === true) sayJson({ publicKey, keyId: keyIdOf(publicKey) })
      else say(publicKey)
    })
}
