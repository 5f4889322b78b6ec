import { Command, InvalidArgumentError } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { say, sayJson } from '../print.ts'
import { verdictLines } from './verdict-words.ts'
import { type NamedFile, readReceiptFile, type Verdict, verifyReceiptFile } from './verify-receipt.ts'
import { findVerifyingKey } from './verifying-key.ts'

/** `scoregate verify`: is a receipt true, and are these the files that it names? Needs no installation and no network. */
export function verifyCommand(): Command {
  const command = new Command('verify')
  return command
    .description("check a data owner's receipt, and files against it; works offline")
    .argument('<receipt>', 'the receipt, as it was downloaded')
    .option('--key <key>', "the site's public key: base64, or a file with it (base64 or PEM)")
    .option('--hub <url>', 'ask this hub for the key that the receipt names')
    .option(
      '--file <name=path>',
      'compare a file with what the receipt names, such as scores=scores.json; may be repeated',
      namedFile,
    )
    .option('--json', 'print the verdict as JSON')
    .action(async (file: string, options: VerifyOptions) => {
      const { key, hub } = options
      if ((key === undefined) === (hub === undefined)) {
        command.error('error: say whose receipt it should be: either --key KEY or --hub URL')
      }
      const receipt = await readReceiptFile(file)
      const verifyingKey = await findVerifyingKey({ key, hub, receipt })
      const verdict = await verifyReceiptFile({ receipt, key: verifyingKey, files: options.file ?? [] })
      if (options.json === true) sayJson(verdict)
      else say(verdictLines(verdict).join('\n'))
      process.exitCode = EXIT_CODES[verdict.verdict]
    })
}

const EXIT_CODES = {
  valid: EXIT.ok,
  'not-believed': EXIT.notBelieved,
  'files-differ': EXIT.filesDiffer,
} as const satisfies Record<Verdict['verdict'], number>

type VerifyOptions = { key?: string; hub?: string; file?: NamedFile[]; json?: boolean }

function namedFile(text: string, earlier: readonly NamedFile[] = []): NamedFile[] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) {
    throw new InvalidArgumentError('Write NAME=PATH, such as scores=scores.json.')
  }
  return [...earlier, { name: text.slice(0, at), path: text.slice(at + 1) }]
}
