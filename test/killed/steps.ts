// Imported before everything else of a program that is to be killed: counts what the program does to the disk, and kills it
// in the middle of one step. The code under test knows nothing of it.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const killAt = Number(process.env['TEST_KILL_AT'])
let steps = 0

/** What was done so far, for tests of the order; names of files without their folders. */
export const done: string[] = []

/** Counts a step; of the one that is to be the last, only `half` is done. */
function step(name: string, half: () => void = () => undefined): void {
  steps += 1
  if (steps !== killAt) {
    done.push(name)
    return
  }
  half()
  process.kill(process.pid, 'SIGKILL')
}

const nameOf = (path: unknown) =>
  String(path)
    .split('/')
    .at(-1)
    ?.replace(/^[0-9a-f-]{36}/, 'run') ?? ''
const names = new Map<number, string>()
const nameOfHandle = (handle: number) => names.get(handle) ?? 'unknown'
const isMaking = (flags: unknown) =>
  typeof flags === 'string' ? /[wax]/.test(flags) : (Number(flags) & fs.constants.O_CREAT) !== 0

const { openSync, writeSync, fdatasync } = fs
const { open } = fs.promises
/** Any handle's prototype is that of all. */
const probe = await open('/dev/null')
const handles: fs.promises.FileHandle = Object.getPrototypeOf(probe)
await probe.close()
const { writeFile, sync, datasync } = handles

fs.openSync = (path, flags, mode) => {
  if (isMaking(flags)) step(`make ${nameOf(path)}`)
  const handle = openSync(path, flags, mode)
  names.set(handle, nameOf(path))
  return handle
}
fs.writeSync = ((handle: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
  step(`write ${nameOfHandle(handle)}`, () => writeSync(handle, bytes, offset, length >> 1, position))
  return writeSync(handle, bytes, offset, length, position)
}) as typeof fs.writeSync // the only form of it that is used here
fs.fdatasync = ((handle: number, done: fs.NoParamCallback) => {
  step(`sync ${nameOfHandle(handle)}`)
  fdatasync(handle, done)
}) as typeof fs.fdatasync
fs.promises.open = async (path, flags, mode) => {
  if (isMaking(flags)) step(`make ${nameOf(path)}`)
  const handle = await open(path, flags, mode)
  names.set(handle.fd, nameOf(path))
  return handle
}
handles.writeFile = async function (this: fs.promises.FileHandle, data: string | Uint8Array) {
  const bytes = Buffer.from(data)
  step(`write ${nameOfHandle(this.fd)}`, () => writeSync(this.fd, bytes, 0, bytes.byteLength >> 1))
  await writeFile.call(this, bytes)
} as typeof handles.writeFile
handles.sync = async function (this: fs.promises.FileHandle) {
  step(`sync ${nameOfHandle(this.fd)}`)
  await sync.call(this)
}
handles.datasync = async function (this: fs.promises.FileHandle) {
  step(`sync ${nameOfHandle(this.fd)}`)
  await datasync.call(this)
}
for (const word of ['mkdir', 'rename', 'rm'] as const) {
  const original: (...parameters: unknown[]) => Promise<unknown> = fs.promises[word] as never // called with what came
  Object.assign(fs.promises, {
    [word]: async (...parameters: unknown[]) => {
      step(`${word} ${nameOf(parameters[word === 'rename' ? 1 : 0])}`)
      return await original(...parameters)
    },
  })
}
syncBuiltinESMExports()
