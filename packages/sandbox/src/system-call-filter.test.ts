import { describe, expect, it } from 'vitest'
import { systemCallFilter } from './system-call-filter.ts'

const ALLOW = 0x7fff_0000
const KILL_PROCESS = 0x8000_0000
const refused = (errno: number): number => 0x0005_0000 + errno

const X64 = 0xc000_003e
const ARM64 = 0xc000_00b7
const I386 = 0x4000_0003

describe('the filter of system calls', () => {
  const x64 = (number: number, argument = 0): number =>
    answerOf(systemCallFilter('x64'), { number, architecture: X64, argument })
  const arm64 = (number: number, argument = 0): number =>
    answerOf(systemCallFilter('arm64'), { number, architecture: ARM64, argument })

  it('allows what programs live by', () => {
    // read, mmap, execve, futex, openat, getrandom, rseq, fchmodat2, mseal
    for (const number of [0, 9, 59, 202, 257, 318, 334, 452, 462])
      expect(x64(number), `${number}`).toBe(ALLOW)
    // openat, read, futex, execve, getrandom
    for (const number of [56, 63, 98, 221, 278]) expect(arm64(number), `${number}`).toBe(ALLOW)
  })

  it.each([
    ['keyctl', 250, 219],
    ['ptrace', 101, 117],
    ['mount', 165, 40],
    ['unshare', 272, 97],
    ['perf_event_open', 298, 241],
    ['bpf', 321, 280],
    ['io_uring_setup', 425, 425],
  ])('refuses %s', (_, onX64, onArm64) => {
    expect(x64(onX64)).toBe(refused(1))
    expect(arm64(onArm64)).toBe(refused(1))
  })

  it('does not know calls that are newer than itself, nor those of x32', () => {
    for (const number of [463, 1000, 0x4000_0000 + 59, 0xffff_ffff]) expect(x64(number)).toBe(refused(38))
  })

  it('ends a program that calls as another architecture does', () => {
    const execve = { number: 11, architecture: I386, argument: 0 }
    expect(answerOf(systemCallFilter('x64'), execve)).toBe(KILL_PROCESS)
    expect(answerOf(systemCallFilter('arm64'), { ...execve, architecture: X64 })).toBe(KILL_PROCESS)
  })

  it('allows a fork and a thread, and no new namespace by the same call', () => {
    const SIGCHLD = 17
    const THREAD = 0x3d0f00
    for (const flags of [SIGCHLD, THREAD]) expect(x64(56, flags)).toBe(ALLOW)
    for (const shift of [17, 25, 26, 27, 28, 29, 30]) expect(x64(56, 2 ** shift + SIGCHLD)).toBe(refused(1))
    expect(arm64(220, 2 ** 28)).toBe(refused(1))
    expect(x64(435), 'clone3, whose flags cannot be seen').toBe(refused(38))
  })

  it('allows sockets within the room only', () => {
    for (const family of [1, 2, 10, 16]) expect(x64(41, family)).toBe(ALLOW)
    for (const family of [17, 38, 40]) expect(x64(41, family), `${family}`).toBe(refused(97))
    expect(arm64(198, 40)).toBe(refused(97))
  })

  it('allows a question for the personality and no unusual one', () => {
    expect(x64(135, 0xffff_ffff)).toBe(ALLOW)
    expect(x64(135, 0x0040_0000)).toBe(refused(1))
  })

  it('says that it knows no other processor', () => {
    expect(() => systemCallFilter('riscv64')).toThrow(/riscv64/)
  })
})

/** What the kernel would answer: the few instructions that seccomp(2) takes and the filter uses. */
function answerOf(
  program: Buffer,
  call: { readonly number: number; readonly architecture: number; readonly argument: number },
): number {
  const data = new Map([
    [0, call.number],
    [4, call.architecture],
    [16, call.argument],
  ])
  let accumulator = 0
  for (let at = 0; at < program.length; at += 8) {
    const value = program.readUInt32LE(at + 4)
    const jump = (isTrue: boolean): void => {
      at += 8 * program.readUInt8(isTrue ? at + 2 : at + 3)
    }
    switch (program.readUInt16LE(at)) {
      case 0x20:
        accumulator = data.get(value) ?? Number.NaN
        break
      case 0x15:
        jump(accumulator === value)
        break
      case 0x25:
        jump(accumulator > value)
        break
      case 0x45:
        jump((accumulator & value) !== 0)
        break
      case 0x06:
        return value
      default:
        throw new Error('an instruction that the filter should not have')
    }
  }
  throw new Error('the filter ends without an answer')
}
