import { ROOM_PROMISES } from '@scoregate/protocol/room-promises'
import { describe, expect, it } from 'vitest'
import { judgeRoom } from './judge-room.ts'
import type { ProbedRoom } from './probe-room.ts'
import type { EndedRun } from './sandbox.ts'

describe('a room that was tried', () => {
  const run: EndedRun = { elapsedMs: 1, logsTruncated: false, imageDigest: undefined }
  const good: ProbedRoom = {
    facts: {
      uid: 60_700,
      status: { CapEff: '0', CapBnd: '0', CapPrm: '0', NoNewPrivs: '1', Seccomp: '2' },
      interfaces: ['lo'],
      connected: false,
      vsock: false,
      written: [],
      engineSockets: [],
      strangers: [],
      readableMachineFiles: [],
      openFiles: 64,
      coreBytes: 0,
      scratchBytes: { '/tmp': 2 ** 21, '/dev/shm': 2 ** 21 },
      allowedCalls: [],
      variables: ['PATH'],
      forks: 30,
    },
    memory: { kind: 'memory-limit', ...run },
    output: { kind: 'output-limit', ...run },
    time: { kind: 'time-limit', ...run },
    processorSeconds: 0.5,
    boundedBy: 'file-system',
    users: [60_700, 60_701],
    leftovers: 0,
  }
  const exited = { kind: 'exited', exitCode: 0, ...run } as const
  const withFacts = (change: Partial<ProbedRoom['facts']>): Partial<ProbedRoom> => ({
    facts: { ...good.facts, ...change },
  })
  const failing = (change: Partial<ProbedRoom>) =>
    judgeRoom({ ...good, ...change }, 'engine').filter(({ state }) => state !== 'holds')

  it('keeps every promise when each attempt failed', () => {
    expect(failing({})).toEqual([])
    expect(judgeRoom(good, 'engine').map(({ id }) => id)).toEqual(Object.keys(ROOM_PROMISES))
  })

  it.each([
    ['network', withFacts({ interfaces: ['lo', 'eth0'] })],
    ['network', withFacts({ connected: true })],
    ['other-sockets', withFacts({ vsock: true })],
    ['root', withFacts({ written: ['/etc'] })],
    ['user', withFacts({ uid: 0 })],
    ['own-user', { users: [60_700, 60_700] }],
    ['capabilities', withFacts({ status: { ...good.facts.status, CapBnd: '1' } })],
    ['capabilities', withFacts({ status: { ...good.facts.status, NoNewPrivs: '0' } })],
    ['system-calls', withFacts({ allowedCalls: ['bpf'] })],
    ['system-calls', withFacts({ status: { ...good.facts.status, Seccomp: '0' } })],
    ['engine-socket', withFacts({ engineSockets: ['/run/docker.sock'] })],
    ['processes', withFacts({ strangers: ['sshd'] })],
    ['machine-files', withFacts({ readableMachineFiles: ['/proc/kcore'] })],
    ['memory', { memory: exited }],
    ['cpu', { processorSeconds: 2 }],
    ['cpu', { processorSeconds: undefined }],
    ['process-limit', withFacts({ forks: 500 })],
    ['file-limits', withFacts({ openFiles: 1024 })],
    ['file-limits', withFacts({ coreBytes: -1 })],
    ['scratch', withFacts({ scratchBytes: { '/tmp': 2 ** 40, '/dev/shm': 2 ** 21 } })],
    ['output', { output: exited }],
    ['output-file-system', { boundedBy: 'watch' }],
    ['time', { time: exited }],
    ['environment', withFacts({ variables: ['SCOREGATE_TOKEN'] })],
    ['removed', { leftovers: 1 }],
  ] as const)('breaks the promise %s by %j, and says what to do', (id, change) => {
    expect(failing(change)).toEqual([
      expect.objectContaining({ id, state: 'does-not-hold', remedy: expect.stringMatching(/\w/) }),
    ])
  })
})
