import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DeskRig } from '../packages/desk/src/desk-rig.ts'

/** The built command, as a reviewer has it. */
export const SCOREGATE = fileURLToPath(new URL('../dist/scoregate.js', import.meta.url))

/** How a command ended, and what it wrote. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Where a reviewer's commands find this desk, and by which token. */
export function deskEnvironment(rig: DeskRig, token = 'token-of-first-reviewer'): NodeJS.ProcessEnv {
  return { ...process.env, SCOREGATE_DESK_URL: rig.url, SCOREGATE_TOKEN: token, PAGER: 'cat' }
}

/** Runs the command to its end, as a script does: with no terminal. */
export function runScoregate(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCOREGATE, ...words], { env: environment }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
}

/** `scoregate review` at this desk. */
export function review(rig: DeskRig, ...words: string[]): Promise<Ended> {
  return runScoregate(['review', ...words], deskEnvironment(rig))
}

/** As `review`, of a command that must succeed; what it printed as JSON. */
export async function reviewJson(rig: DeskRig, ...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await review(rig, ...words, '--json')
  if (code !== 0) throw new Error(`scoregate review ${words.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}
