import { ROOM_PROMISES, type RoomPromise } from '@scoregate/protocol/room-promises'
import type { ProbeFacts } from './probe-program.ts'
import { PROBE_LIMITS, type ProbedRoom } from './probe-room.ts'
import { type PromiseReport, reportOf } from './promises.ts'
import type { RunOutcome, Sandbox } from './sandbox.ts'

/** What was seen, and what to do if it is not what was promised. */
type Finding = { readonly isSo: boolean; readonly seen: string; readonly remedy: string }

/** What each promise of a room has come to, in the order of {@link ROOM_PROMISES}. */
export function judgeRoom(room: ProbedRoom, sandbox: Sandbox['name']): PromiseReport[] {
  return promiseNames().map((id) => {
    const { isSo, seen, remedy } = JUDGES[id](room, sandbox)
    if (isSo) return reportOf(id, { state: 'holds', why: seen })
    return reportOf(id, { state: 'does-not-hold', why: seen, remedy })
  })
}

/** Every promise of a room as not checked, for one reason. */
export function unprobedRoom(why: string, remedy: string): PromiseReport[] {
  return promiseNames().map((id) => reportOf(id, { state: 'not-checked', why, remedy }))
}

function promiseNames(): RoomPromise[] {
  // Keys of a constant table are its names.
  return Object.keys(ROOM_PROMISES) as RoomPromise[]
}

const NEWER_ENGINE = 'Update the container engine, or use the other sandbox: SCOREGATE_SANDBOX=bubblewrap'
const REPORT =
  'Run no private data here until it is mended: see that nobody changed the defaults of the engine or of bubblewrap'
const CONTROL_GROUPS = 'Run the worker as root, or delegate control groups to it: systemd-run --user --scope'
const AS_ROOT = 'Run the worker as root, on a machine with loop devices: sudo modprobe loop'

const JUDGES: Readonly<Record<RoomPromise, (room: ProbedRoom, sandbox: Sandbox['name']) => Finding>> = {
  network: ({ facts }) => ({
    isSo: !facts.connected && facts.interfaces.every((name) => name === 'lo'),
    seen: `interfaces: ${listed(facts.interfaces)}`,
    remedy: REPORT,
  }),
  'other-sockets': ({ facts }) => ({
    isSo: !facts.vsock,
    seen: facts.vsock ? 'a socket of the family AF_VSOCK could be made' : 'AF_VSOCK is refused',
    remedy: NEWER_ENGINE,
  }),
  root: ({ facts }) => ({
    isSo: facts.written.length === 0,
    seen: facts.written.length === 0 ? 'every attempt failed' : `could write to ${listed(facts.written)}`,
    remedy: REPORT,
  }),
  user: ({ facts }) => ({ isSo: facts.uid !== 0, seen: `user ${facts.uid}`, remedy: REPORT }),
  'own-user': ({ users }) => ({
    isSo: new Set(users).size === users.length,
    seen: `users ${listed(users)}`,
    remedy: 'Run the worker as root: only root can give each room a user of its own',
  }),
  capabilities: ({ facts: { status } }) => ({
    isSo: ['CapEff', 'CapBnd', 'CapPrm'].every(isNone(status)) && status['NoNewPrivs'] === '1',
    seen: `CapEff ${status['CapEff']}, CapBnd ${status['CapBnd']}, NoNewPrivs ${status['NoNewPrivs']}`,
    remedy: REPORT,
  }),
  'system-calls': ({ facts }, sandbox) => ({
    isSo: facts.status['Seccomp'] === '2' && facts.allowedCalls.length === 0,
    seen: facts.allowedCalls.length === 0 ? 'all were refused' : `not refused: ${listed(facts.allowedCalls)}`,
    remedy: sandbox === 'engine' ? `${NEWER_ENGINE} (Docker refuses io_uring from version 25 on)` : REPORT,
  }),
  'engine-socket': ({ facts }) => ({
    isSo: facts.engineSockets.length === 0,
    seen: facts.engineSockets.length === 0 ? 'none was found' : `found ${listed(facts.engineSockets)}`,
    remedy: REPORT,
  }),
  processes: ({ facts }) => ({
    isSo: facts.strangers.length === 0,
    seen: facts.strangers.length === 0 ? 'no others were seen' : `saw ${listed(facts.strangers)}`,
    remedy: REPORT,
  }),
  'machine-files': ({ facts }) => ({
    isSo: facts.readableMachineFiles.length === 0,
    seen:
      facts.readableMachineFiles.length === 0
        ? 'none could be opened'
        : `could open ${listed(facts.readableMachineFiles)}`,
    remedy: REPORT,
  }),
  memory: ({ memory }) => ({
    isSo: memory.kind === 'memory-limit',
    seen: `taking twelve times as much as allowed ended as ${words(memory)}`,
    remedy: CONTROL_GROUPS,
  }),
  cpu: ({ processorSeconds = Number.NaN }) => ({
    isSo: processorSeconds <= 2 * 0.25 * 1.5,
    seen: `${processorSeconds.toFixed(2)} s of a processor in 2 s, where a quarter of one is allowed`,
    remedy: CONTROL_GROUPS,
  }),
  'process-limit': ({ facts }) => ({
    isSo: facts.forks < PROBE_LIMITS.processes,
    seen: `${facts.forks} were made, where ${PROBE_LIMITS.processes} are allowed in all`,
    remedy: CONTROL_GROUPS,
  }),
  'file-limits': ({ facts }) => ({
    isSo: facts.openFiles === PROBE_LIMITS.openFiles && facts.coreBytes === 0,
    seen: `${facts.openFiles} open files, ${facts.coreBytes} bytes after a crash`,
    remedy: REPORT,
  }),
  scratch: ({ facts }) => ({
    isSo: Object.values(facts.scratchBytes).every((bytes) => bytes > 0 && bytes <= PROBE_LIMITS.scratchBytes),
    seen: `${listed(Object.values(facts.scratchBytes))} bytes, where ${PROBE_LIMITS.scratchBytes} are allowed`,
    remedy: REPORT,
  }),
  output: ({ output }) => ({
    isSo: output.kind === 'output-limit',
    seen: `writing 32 times as much as allowed ended as ${words(output)}`,
    remedy: REPORT,
  }),
  'output-file-system': ({ boundedBy }) => ({
    isSo: boundedBy === 'file-system',
    seen:
      boundedBy === 'file-system'
        ? 'each output is a file system of its own'
        : 'the worker looks four times a second instead, and stops the program',
    remedy: AS_ROOT,
  }),
  time: ({ time }) => ({
    isSo: time.kind === 'time-limit',
    seen: `a minute where a second is allowed ended as ${words(time)}`,
    remedy: REPORT,
  }),
  environment: ({ facts }) => ({
    isSo: !facts.variables.some((name) => /^(SCOREGATE|DOCKER|AWS|NPM)_|TOKEN|SECRET|PASSWORD/i.test(name)),
    seen: `variables: ${listed(facts.variables)}`,
    remedy: 'Remove what the image itself sets: its own variables are part of it',
  }),
  removed: ({ leftovers }) => ({
    isSo: leftovers === 0,
    seen: leftovers === 0 ? 'nothing was left' : `${leftovers} rooms were left`,
    remedy: REPORT,
  }),
}

function isNone(status: ProbeFacts['status']): (name: string) => boolean {
  return (name) => /^0+$/.test(status[name] ?? '')
}

function listed(values: readonly (string | number)[]): string {
  return values.length === 0 ? 'none' : values.join(', ')
}

function words(outcome: RunOutcome): string {
  return outcome.kind === 'exited' ? `an exit with code ${outcome.exitCode}` : outcome.kind
}
