import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Stage } from './stage.ts'

const REPOSITORY = join(import.meta.dirname, '..', '..')

/** The words of `scoregate review <verb>` as a reviewer of this site types them. */
export function reviewWords({ site }: Stage, ...words: readonly string[]): string[] {
  const main = join(REPOSITORY, 'packages/cli/src/main.ts')
  const connection = ['--desk', site.deskUrl(), '--token', site.credentials.reviewerToken]
  return [process.execPath, '--import', 'tsx', main, 'review', ...words, ...connection]
}

/** What `scoregate review show` prints of a hold. */
export async function showByCommand(stage: Stage, holdId: string): Promise<string> {
  const [program = '', ...words] = reviewWords(stage, 'show', holdId)
  const { stdout } = await promisify(execFile)(program, words, { cwd: REPOSITORY })
  return stdout
}
