import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** What a folder says about how to run it; `root` is where its program is. */
export type ProgramMetadata =
  | { readonly kind: 'command'; readonly command: string; readonly root: string }
  /** No metadata file, or one that names no command: files, and nothing to run. */
  | { readonly kind: 'no-command'; readonly root: string }
  /** There is a `metadata.yaml`, and it cannot be understood. */
  | { readonly kind: 'unreadable'; readonly root: string }

const FILE_NAMES = ['metadata.yaml', 'metadata'] as const
const LARGEST_METADATA_BYTES = 64 * 1024

/** Codabench reads this one key; bundles put many others beside it. */
const WithCommand = z.object({ command: z.string().trim().min(1).max(8192) })

/**
 * Reads `metadata.yaml`, else `metadata`, of an unpacked program (protocol reference, 4.3). When neither is at the root and
 * the root holds a single folder with one of them, that folder is the program: archives are often made with the folder
 * around them.
 */
export async function readProgramMetadata(folder: string): Promise<ProgramMetadata> {
  const here = await findMetadata(folder)
  if (here !== undefined) return here
  const entries = await readdir(folder, { withFileTypes: true })
  const [only] = entries
  if (entries.length === 1 && only?.isDirectory()) {
    const inside = await findMetadata(join(folder, only.name))
    if (inside !== undefined) return inside
  }
  return { kind: 'no-command', root: folder }
}

async function findMetadata(root: string): Promise<ProgramMetadata | undefined> {
  for (const name of FILE_NAMES) {
    const text = await findSmallText(join(root, name))
    if (text === undefined) continue
    const command = commandOf(text)
    if (command.kind === 'command') return { kind: 'command', command: command.command, root }
    // A file called plain `metadata` may be anything that a participant hands in; `metadata.yaml` may not.
    return {
      kind: command.kind === 'unreadable' && name === 'metadata.yaml' ? 'unreadable' : 'no-command',
      root,
    }
  }
  return undefined
}

function commandOf(
  text: string,
): { kind: 'command'; command: string } | { kind: 'no-command' | 'unreadable' } {
  if (mayNestDeeply(text)) return { kind: 'unreadable' }
  let value: unknown
  try {
    // Core schema: no tags of a language's own. A few aliases at most, so that nothing grows out of proportion.
    // At the level `silent` the parser would also keep quiet about errors.
    value = parse(text, { schema: 'core', maxAliasCount: 10, logLevel: 'error' })
  } catch {
    return { kind: 'unreadable' }
  }
  const parsed = WithCommand.safeParse(value)
  return parsed.success ? { kind: 'command', command: parsed.data.command } : { kind: 'no-command' }
}

/** More places where YAML can begin a level than any metadata has; far below what the parser's recursion can take. */
const MOST_LEVELS = 500

/**
 * Whether text could be nested so deeply that the parser runs out of stack. That would end the whole process, past any
 * `catch`, and the text comes from a participant.
 */
function mayNestDeeply(text: string): boolean {
  return (text.match(/[[{]|[-?:][ \t]/g) ?? []).length > MOST_LEVELS
}

/** The text of a file; `undefined` if there is none, empty text if it is too large to be metadata. */
async function findSmallText(file: string): Promise<string | undefined> {
  const found = await lstat(file).catch(() => undefined)
  if (found === undefined || !found.isFile()) return undefined
  if (found.size > LARGEST_METADATA_BYTES) return ''
  await using handle = await open(file, 'r')
  return await handle.readFile('utf8')
}
