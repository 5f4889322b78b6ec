// A desk in a process of its own, for tests to kill at a given step and to starve of disk. Started by child-desk-rig.ts.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import fs, { open } from 'node:fs/promises'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import Database from 'libsql'
import pino from 'pino'
import type { ChildMessage, ParentMessage } from './child-desk-rig.ts'
import type { RigDeskConfig } from './desk-rig.ts'

let step = 0
let killAt = Number.POSITIVE_INFINITY

/**
 * Called before whatever has an effect that a crash can separate from the next: each statement that writes, each request and
 * its answer, each write and sync of a file. Dying before a step that only reads is dying before the next one with an effect.
 */
function onStep(): void {
  step += 1
  if (step === killAt) process.kill(process.pid, 'SIGKILL')
}

function countStatements(): void {
  const { prepare } = Database.prototype
  Database.prototype.prepare = function (this: Database.Database, sql: string) {
    if (!sql.startsWith('select')) onStep()
    return prepare.call(this, sql)
  } as typeof prepare // the same function, counted
}

function countRequests(): void {
  const { request } = http
  http.request = ((...given: Parameters<typeof request>) => {
    onStep()
    return request(...given).prependListener('response', onStep)
  }) as typeof request // the same function, counted
  syncBuiltinESMExports()
}

async function countFileWrites(): Promise<void> {
  const handle = await open('/dev/null', 'r')
  const prototype = Object.getPrototypeOf(handle)
  await handle.close()
  for (const name of ['write', 'writeFile', 'appendFile', 'sync', 'datasync']) {
    const original = prototype[name]
    prototype[name] = function (...given: unknown[]) {
      onStep()
      return original.apply(this, given)
    }
  }
}

/** Dies right before or after the first file of the vault is removed: between a record and the disk. */
function killAtRemoval(when: string): void {
  const { rm } = fs
  fs.rm = async (...given: Parameters<typeof rm>) => {
    const isOfVault = /\/vault\/[0-9a-f]{2}\//.test(String(given[0]))
    if (isOfVault && when === 'before') process.kill(process.pid, 'SIGKILL')
    await rm(...given)
    if (isOfVault && when === 'after') process.kill(process.pid, 'SIGKILL')
  }
  syncBuiltinESMExports()
}

const [, , configJson = '', removalKill = ''] = process.argv
// What the parent put there; only the dates of links lost their type on the way.
const config = JSON.parse(configJson, (key, value) =>
  key === 'validUntil' ? new Date(value) : value,
) as RigDeskConfig
const filler = join(config.dataFolder, 'filler')

/** Takes all that is left of the disk, to the last byte. */
function fillDisk(): void {
  const file = openSync(filler, 'a')
  let size = 1_048_576
  while (size >= 1) {
    try {
      if (writeSync(file, Buffer.alloc(size)) < size) size = Math.floor(size / 2)
    } catch {
      size = Math.floor(size / 2) // no space for so much: less may fit
    }
  }
  closeSync(file)
}

const commands: Record<ParentMessage['kind'], (message: ParentMessage) => void> = {
  arm: (message) => {
    step = 0
    killAt = message.kind === 'arm' ? message.killAt : killAt
  },
  'fill-disk': fillDisk,
  'free-disk': () => rmSync(filler, { force: true }),
  /** As a kernel does that met an error of the disk: nothing can be written any more, and open files do not help. */
  'break-disk': () => void execFileSync('mount', ['-o', 'remount,abort', config.dataFolder]),
}

countStatements()
countRequests()
await countFileWrites()
killAtRemoval(removalKill)
const { startDesk } = await import('./start-desk.ts')

function tell(message: ChildMessage): void {
  process.send?.(message)
}

try {
  const log = pino({ level: 'info' }, { write: (line: string) => tell({ kind: 'log', line }) })
  const desk = await startDesk({ ...config, log })
  process.on('message', (message: ParentMessage) => {
    commands[message.kind](message)
    tell({ kind: 'done', step })
  })
  tell({ kind: 'up', url: desk.url })
} catch (error) {
  tell({ kind: 'failed', words: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  process.disconnect()
}
