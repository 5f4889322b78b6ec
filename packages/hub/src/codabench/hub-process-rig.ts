import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A hub in a process of its own. */
export type HubProcess = AsyncDisposable & {
  /** Kills it as a machine that loses its power does. */
  kill(): Promise<void>
}

/** Starts a hub over a folder that another has left, in a process that can be killed. */
export async function startHubProcess(given: {
  dataFolder: string
  port: number
  amqp: string
  management: string
}): Promise<HubProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('hub-process-rig-main.ts', import.meta.url))],
    { env: { PATH: process.env['PATH'], RIG_HUB: JSON.stringify(given) }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  for (;;) {
    if (output.includes('The hub is up.')) return { kill, [Symbol.asyncDispose]: kill }
    if (child.exitCode !== null) throw new Error(`The hub did not start:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
