import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { z } from 'zod'

const PROGRAMS = fileURLToPath(new URL('./programs', import.meta.url))
const ASSETS = fileURLToPath(new URL('../packages/ui/src/assets', import.meta.url))
const CHECK_THREAD = fileURLToPath(new URL('../packages/desk/src/checks/check-thread.ts', import.meta.url))
const BUILT = fileURLToPath(new URL('../dist/bench', import.meta.url))

/** A program of the bench in a process of its own, bundled as the `scoregate` command is. */
export type SiteProcess = {
  /** Resolves with the next message for which `choose` gives something. */
  next<T>(choose: (message: unknown) => T | undefined): Promise<T>
  send(message: object): void
  close(): Promise<void>
}

const Ready = z.object({ ready: z.record(z.string(), z.unknown()) })

/** Bundles the programs; once, before the first is started. */
export async function buildPrograms(): Promise<void> {
  mkdirSync(BUILT, { recursive: true })
  cpSync(ASSETS, join(BUILT, 'assets'), { recursive: true })
  await build({
    entryPoints: [
      ...['desk', 'worker', 'broker-worker', 'seal'].map((name) => join(PROGRAMS, `${name}.ts`)),
      // Beside the desk, as it is beside the command.
      CHECK_THREAD,
    ].map((file) => ({ in: file, out: basename(file, '.ts') })),
    outdir: BUILT,
    bundle: true,
    splitting: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    packages: 'external',
    plugins: [
      {
        // Our own packages go in, as in the command; what npm gave stays outside.
        name: 'own-packages',
        setup({ onResolve }) {
          onResolve({ filter: /^@scoregate\// }, ({ path }) => ({
            path: fileURLToPath(import.meta.resolve(path)),
          }))
        },
      },
    ],
    logLevel: 'warning',
  })
}

/** Starts a program with one setting, and waits until it says that it is ready. */
export async function startProgram(
  name: 'desk' | 'worker' | 'broker-worker' | 'seal',
  setting: object,
): Promise<{ program: SiteProcess; ready: unknown }> {
  const child = fork(join(BUILT, `${name}.js`), [JSON.stringify(setting)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // What runs the bench (a loader of TypeScript) is no part of what is measured.
    execArgv: [],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const program = processOf(child)
  return { program, ready: await program.next((message) => Ready.safeParse(message).data?.ready) }
}

function processOf(child: ChildProcess): SiteProcess {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    next(choose) {
      return new Promise((resolve, reject) => {
        const take = (message: unknown) => {
          const chosen = choose(message)
          if (chosen === undefined) return
          child.off('message', take)
          resolve(chosen)
        }
        child.on('message', take)
        void ended.then(() => reject(new Error('a program of the bench ended early')))
      })
    },
    send: (message) => void child.send(message),
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
