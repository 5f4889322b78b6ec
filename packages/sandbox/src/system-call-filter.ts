import { JUDGED_CALLS, NEWEST_CALL, type Processor, REFUSED_CALLS } from './system-call-table.ts'

// <linux/audit.h>: how the kernel names a processor's way to call it; 32-bit calls have another name.
const ARCHITECTURE = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const satisfies Record<Processor, number>

// Where `struct seccomp_data` has things, <linux/seccomp.h>; of the 64 bits of an argument, the lower half.
const CALL_NUMBER = 0
const CALL_ARCHITECTURE = 4
const FIRST_ARGUMENT = 16

// Answers to a call, <linux/seccomp.h>, with errors of <asm-generic/errno.h>.
const ALLOW = 0x7fff_0000
const KILL_PROCESS = 0x8000_0000
const NOT_PERMITTED = 0x0005_0000 | 1
const NOT_IMPLEMENTED = 0x0005_0000 | 38
const NO_SUCH_FAMILY = 0x0005_0000 | 97

// <linux/sched.h>: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
const NEW_NAMESPACES = 0x7e02_0000
// Those of Docker's profile: Linux as usual, with 32-bit addresses, without random ones, and the question which it is.
const PERSONALITIES = [0x0, 0x8, 0x20000, 0x20008, 0xffff_ffff]
// AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. AF_VSOCK, among others, would reach past the network namespace to the machine's host.
const SOCKET_FAMILIES = [1, 2, 10, 16]

/** One instruction of the kernel's packet filter machine, <linux/filter.h>. */
type Instruction = { code: number; jumpIfTrue: number; jumpIfFalse: number; value: number }

const load = (offset: number): Instruction => instruction(0x20, offset)
const answer = (value: number): Instruction => instruction(0x06, value)

/**
 * The filter of system calls for a room that bubblewrap makes, which has none of its own; bubblewrap gives it to the kernel
 * (seccomp(2)). It answers for each call: a call of another architecture ends the program, since its numbers mean other
 * things; a call beyond those we know (x32's are among them: bit 30) is not implemented; {@link REFUSED_CALLS} are not
 * permitted; everything else is allowed. Throws for a processor whose calls we do not know.
 */
export function systemCallFilter(architecture: string): Buffer {
  const processor = processorNamed(architecture)
  return assemble([
    load(CALL_ARCHITECTURE),
    ...unlessEqual(ARCHITECTURE[processor], [answer(KILL_PROCESS)]),
    load(CALL_NUMBER),
    ...ifGreater(NEWEST_CALL, [answer(NOT_IMPLEMENTED)]),
    // Its flags are in memory, where a filter cannot look; programs then use `clone`, as on an older kernel.
    ...ifEqual(JUDGED_CALLS.clone3[processor], [answer(NOT_IMPLEMENTED)]),
    ...Object.values(REFUSED_CALLS).flatMap((numbers) => {
      const number = numbers[processor]
      return number === undefined ? [] : ifEqual(number, [answer(NOT_PERMITTED)])
    }),
    ...ifEqual(JUDGED_CALLS.clone[processor], [
      load(FIRST_ARGUMENT),
      ...ifAnyBit(NEW_NAMESPACES, [answer(NOT_PERMITTED)]),
      answer(ALLOW),
    ]),
    ...ifEqual(JUDGED_CALLS.personality[processor], onlyWith(PERSONALITIES, NOT_PERMITTED)),
    ...ifEqual(JUDGED_CALLS.socket[processor], onlyWith(SOCKET_FAMILIES, NO_SUCH_FAMILY)),
    ...ifEqual(JUDGED_CALLS.socketpair[processor], onlyWith(SOCKET_FAMILIES, NO_SUCH_FAMILY)),
    answer(ALLOW),
  ])
}

function processorNamed(architecture: string): Processor {
  if (architecture === 'x64' || architecture === 'arm64') return architecture
  throw new Error(
    `system calls of a processor of type ${architecture} cannot be filtered; use a container engine`,
  )
}

function onlyWith(values: readonly number[], otherwise: number): Instruction[] {
  return [
    load(FIRST_ARGUMENT),
    ...values.flatMap((value) => ifEqual(value, [answer(ALLOW)])),
    answer(otherwise),
  ]
}

const JUMP_IF_EQUAL = 0x15
const JUMP_IF_GREATER = 0x25
const JUMP_IF_ANY_BIT = 0x45

function ifEqual(value: number, body: Instruction[]): Instruction[] {
  return [{ code: JUMP_IF_EQUAL, jumpIfTrue: 0, jumpIfFalse: body.length, value }, ...body]
}

function unlessEqual(value: number, body: Instruction[]): Instruction[] {
  return [{ code: JUMP_IF_EQUAL, jumpIfTrue: body.length, jumpIfFalse: 0, value }, ...body]
}

function ifGreater(value: number, body: Instruction[]): Instruction[] {
  return [{ code: JUMP_IF_GREATER, jumpIfTrue: 0, jumpIfFalse: body.length, value }, ...body]
}

function ifAnyBit(bits: number, body: Instruction[]): Instruction[] {
  return [{ code: JUMP_IF_ANY_BIT, jumpIfTrue: 0, jumpIfFalse: body.length, value: bits }, ...body]
}

function instruction(code: number, value: number): Instruction {
  return { code, jumpIfTrue: 0, jumpIfFalse: 0, value }
}

/** `struct sock_filter`: 16 bits of code, two jumps of 8 bits, 32 bits of value. */
function assemble(instructions: readonly Instruction[]): Buffer {
  const program = Buffer.alloc(8 * instructions.length)
  for (const [index, { code, jumpIfTrue, jumpIfFalse, value }] of instructions.entries()) {
    program.writeUInt16LE(code, 8 * index)
    program.writeUInt8(jumpIfTrue, 8 * index + 2)
    program.writeUInt8(jumpIfFalse, 8 * index + 3)
    program.writeUInt32LE(value >>> 0, 8 * index + 4)
  }
  return program
}
