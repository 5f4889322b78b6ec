import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { z } from 'zod'

const BUILT = fileURLToPath(new URL('../../dist/killed', import.meta.url))

/** Bundles the programs, so that each of hundreds starts in a moment. */
export async function buildKilledPrograms(): Promise<void> {
  await build({
    entryPoints: ['worker', 'vault'].map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))),
    outdir: BUILT,
    bundle: true,
    splitting: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pino', 'zod', 'libsql', 'kysely', 'yaml'],
    logLevel: 'warning',
  })
}

/** How a program ended: by our hand, or with a list of what it did to the disk. */
export type ProgramEnd =
  | { readonly kind: 'killed' }
  | { readonly kind: 'ended'; readonly steps: readonly string[] }

/** Runs a program that is killed in the middle of its step number `killAt`, from 1; or to its end. Throws if it fails. */
export async function runKilled(
  name: 'worker' | 'vault',
  setting: object,
  killAt?: number,
): Promise<ProgramEnd> {
  const child = spawn(process.execPath, [`${BUILT}/${name}.js`, JSON.stringify(setting)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(killAt === undefined ? {} : { TEST_KILL_AT: String(killAt) }) },
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...end) => resolve(end))
  })
  if (signal === 'SIGKILL') return { kind: 'killed' }
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}`)
  return { kind: 'ended', steps: z.array(z.string()).parse(JSON.parse(text)) }
}

/** Runs a program again and again, each time killed one step later, until it ends by itself; answers what it then did. */
export async function killAtEachStep(
  name: 'worker' | 'vault',
  settingOf: (killAt: number) => Promise<object>,
  afterwards: (killAt: number) => Promise<void>,
): Promise<readonly string[]> {
  for (let killAt = 1; ; killAt += 1) {
    const end = await runKilled(name, await settingOf(killAt), killAt)
    await afterwards(killAt)
    if (end.kind === 'ended') return end.steps
  }
}
