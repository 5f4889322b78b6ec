import { execFile } from 'node:child_process'
import { access, mkdtemp, open, readFile, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { WorkerSite } from '@scoregate/protocol/deposit'
import { troubleWithMountSource } from '@scoregate/sandbox/mount-sources'
import type { PromiseReport } from '@scoregate/sandbox/promises'
import { DEFAULT_ROOM_USERS, troubleWithRoomUsers } from '@scoregate/sandbox/room-users'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { neededDiskBytes } from '@scoregate/worker/disk-need'
import type { Settings } from '../settings.ts'

type Found = Pick<PromiseReport, 'state' | 'why' | 'remedy'>

/** What runs need of the machine itself, and what the policy needs of it; `site` is absent where there is no policy. */
export async function examineMachine(
  settings: Settings,
  site: WorkerSite | undefined,
): Promise<PromiseReport[]> {
  const reports = [
    named('control-groups', 'The kernel has control groups', await findControlGroups()),
    named('swap', 'What a run has in memory is not written to the swap space of a disk', await findSwap()),
    named('loop-devices', 'Loop devices are there, for outputs of a limited size', await findLoopDevices()),
    named('room-users', 'The users that rooms are given belong to nobody', await findRoomUsers(settings)),
    named('disk', 'The disk has room for a run', await findDiskSpace(settings, site)),
    named('clock', 'The clock is right', await findClock()),
  ]
  for (const data of site?.data ?? []) {
    const found = await findDataFolder(data.source, settings)
    reports.push(named('data', `Private data: ${data.source} is there, and nobody else can change it`, found))
  }
  return reports
}

function named(id: string, promise: string, found: Found): PromiseReport {
  return { id, promise, ...found }
}

async function findControlGroups(): Promise<Found> {
  if (await exists('/sys/fs/cgroup/cgroup.controllers')) return { state: 'holds', why: 'version 2' }
  if (await exists('/sys/fs/cgroup/memory')) return { state: 'holds', why: 'version 1' }
  return {
    state: 'does-not-hold',
    why: 'none are mounted at /sys/fs/cgroup',
    remedy:
      'Start the kernel with them, or the container with: --cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup:rw',
  }
}

async function findSwap(): Promise<Found> {
  const swaps = await readFile('/proc/swaps', 'utf8').catch(() => '')
  if (swaps.trim().split('\n').length <= 1) return { state: 'holds', why: 'no swap space is in use' }
  // Version 1 counts swap only where the kernel was told to; version 2 has it in every group but the topmost.
  for (const limit of ['memory/memory.memsw.limit_in_bytes', 'init.scope/memory.swap.max']) {
    if (await exists(`/sys/fs/cgroup/${limit}`))
      return { state: 'holds', why: 'the kernel limits swap for each room' }
  }
  return {
    state: 'does-not-hold',
    why: 'swap space is in use, and the kernel does not limit it for each room',
    remedy: 'Type: sudo swapoff --all, or start the kernel with swapaccount=1',
  }
}

async function findLoopDevices(): Promise<Found> {
  if (await exists('/dev/loop-control')) return { state: 'holds', why: '/dev/loop-control is there' }
  return {
    state: 'does-not-hold',
    why: '/dev/loop-control is missing',
    remedy: 'Type: sudo modprobe loop',
  }
}

async function findRoomUsers(settings: Settings): Promise<Found> {
  const range = settings.roomUsers ?? DEFAULT_ROOM_USERS
  if (process.getuid?.() !== 0) {
    return {
      state: 'not-checked',
      why: 'this is not root, and only root runs programs as other users',
      remedy: 'Type: sudo scoregate doctor',
    }
  }
  const trouble = await troubleWithRoomUsers(range)
  if (trouble === undefined) return { state: 'holds', why: `${range.first} to ${range.last}` }
  return {
    state: 'does-not-hold',
    why: trouble,
    remedy: 'Name others that no account has, for example: SCOREGATE_ROOM_USERS=61000-61099',
  }
}

async function findDiskSpace(settings: Settings, site: WorkerSite | undefined): Promise<Found> {
  if (site === undefined) return notWithoutPolicy(settings)
  const place = await nearestFolder(settings.dataFolder)
  const { bavail, bsize } = await statfs(place)
  const freeBytes = bavail * bsize
  const neededBytes = neededDiskBytes(site.limits)
  const why = `${fileSizeWords(freeBytes)} are free at ${place}; a run may need ${fileSizeWords(neededBytes)}`
  if (freeBytes >= neededBytes) return { state: 'holds', why }
  return {
    state: 'does-not-hold',
    why,
    remedy: `Free some space, put the data folder elsewhere (SCOREGATE_DATA), or lower limits.output in ${settings.policyFile}`,
  }
}

function notWithoutPolicy(settings: Settings): Found {
  return {
    state: 'not-checked',
    why: `there is no policy at ${settings.policyFile} that can be read`,
    remedy: 'Name it with --policy, or write it: scoregate start makes one to begin with',
  }
}

/** Deadlines are kept by the clock; it must agree with the disk's, and something should keep it right. */
async function findClock(): Promise<Found> {
  const remedy = 'Keep the clock right: sudo timedatectl set-ntp true'
  const skewSeconds = await secondsBetweenClocks()
  if (skewSeconds > 2) {
    return { state: 'does-not-hold', why: `the disk's clock differs by ${skewSeconds} s`, remedy }
  }
  const told = await promisify(execFile)('timedatectl', [
    'show',
    '--property=NTPSynchronized',
    '--value',
  ]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
  if (told === 'yes') return { state: 'holds', why: 'it is synchronized over the network' }
  if (told === 'no') return { state: 'does-not-hold', why: 'nothing synchronizes it', remedy }
  return { state: 'not-checked', why: 'nothing here says whether it is synchronized', remedy }
}

async function secondsBetweenClocks(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-doctor-'))
  try {
    const file = await open(join(folder, 'now'), 'w')
    await file.close()
    const { mtimeMs } = await stat(join(folder, 'now'))
    return Math.round(Math.abs(Date.now() - mtimeMs) / 1000)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function findDataFolder(source: string, settings: Settings): Promise<Found> {
  const trouble = await troubleWithMountSource(source, [settings.dataFolder])
  if (trouble !== undefined) {
    return {
      state: 'does-not-hold',
      why: trouble,
      remedy: `Name another folder as source in ${settings.policyFile}`,
    }
  }
  const { mode } = await stat(source)
  if ((mode & 0o002) !== 0) {
    return {
      state: 'does-not-hold',
      why: 'everybody on this machine may change it',
      remedy: `Type: sudo chmod -R o-w ${source}`,
    }
  }
  if ((mode & 0o005) !== 0o005) {
    return {
      state: 'does-not-hold',
      why: 'programs run as a user that owns nothing, and could not read it',
      remedy: `Open it, and close the folder above it instead: sudo chmod -R o+rX ${source} && sudo chmod 0700 ${dirname(source)}`,
    }
  }
  return { state: 'holds', why: 'programs can read it; only its owner can change it' }
}

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) if ((await exists(at)) || at === '/') return at
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
