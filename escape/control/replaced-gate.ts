import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { EscapeCase } from '../case.ts'
import type { Crossing } from '../crossing.ts'
import { recoverSecret } from '../oracle/recover-secret.ts'
import { Boundary } from '../rig/boundary.ts'
import { buildJob } from '../rig/escape-job.ts'
import type { HostFacts } from '../rig/host-facts.ts'
import { startHostListeners } from '../rig/host-listeners.ts'
import { makeSecret, plantPrivateData } from '../rig/planted-data.ts'
import { CASES_FOLDER } from '../run-case.ts'

/** What a case got out of the gate that this project replaces. */
export type ControlResult = {
  readonly id: string
  readonly outcome: 'escaped' | 'contained'
  readonly bits: number
  readonly path: string
}

const WORKER = join(import.meta.dirname, 'replaced_worker.py')

/** What the worker prints for each piece that it sends. */
const Sent = z.strictObject({ channel: z.enum(['body']), bytes: z.base64() })

/**
 * Plays the jobs of a case at a re-creation of the gate that this project replaces, over data planted for this alone. The
 * oracle is the same: that it finds the secret here proves that attack and oracle are real.
 */
export async function playAtReplacedGate(attack: EscapeCase): Promise<ControlResult> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-control-'))
  const boundary = new Boundary()
  await using listeners = await startHostListeners(boundary, folder)
  try {
    const secret = makeSecret()
    const host = join(folder, 'host')
    await mkdir(host)
    await writeFile(join(host, 'secret'), `${secret.token}\n`)
    const facts: HostFacts = {
      ...listeners,
      addresses: [...listeners.addresses],
      secretFile: join(host, 'secret'),
      privateFolder: join(folder, 'private'),
      workerFolder: folder,
      deskFolder: folder,
      platformUrl: 'http://127.0.0.1:1',
      deskUrl: 'http://127.0.0.1:1',
      workerPid: process.pid,
    }
    const jobs = attack.jobs?.({ secret, host: facts, sandbox: 'bubblewrap' }) ?? [{}]
    for (const [index, site] of jobs.entries()) {
      const job = join(folder, `job-${index}`)
      await plantPrivateData(join(job, 'private'), secret)
      const { archives } = buildJob({
        caseId: attack.id,
        caseFolder: join(CASES_FOLDER, attack.id),
        site,
        host: facts,
      })
      for (const [name, bytes] of Object.entries(archives)) await writeFile(join(job, `${name}.zip`), bytes)
      const person = attack.review === 'reject' || attack.review === 'expire' ? 'reject' : 'approve'
      await runWorker(job, person, secret.token, boundary)
    }
    const crossed: readonly Crossing[] = boundary.crossings
    const { bits, path } = recoverSecret(crossed, secret)
    return { id: attack.id, outcome: bits > 0 ? 'escaped' : 'contained', bits, path }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runWorker(
  job: string,
  person: 'approve' | 'reject',
  token: string,
  boundary: Boundary,
): Promise<void> {
  // The address of its queue, with a password, is in the environment of such a worker (W17).
  const env = { PATH: process.env['PATH'] ?? '', BROKER_URL: `amqp://worker:${token}@broker` }
  const worker = spawn('python3', [WORKER, job, person], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const printed = await text(worker.stdout)
  for (const line of printed.split('\n').filter(Boolean)) {
    const { channel, bytes } = Sent.parse(JSON.parse(line))
    boundary.cross(channel, Buffer.from(bytes, 'base64'))
  }
}
