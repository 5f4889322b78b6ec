import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'

/** The user and group, by number, that confined processes are on the host. */
export type ConfinedUser = { readonly uid: number; readonly gid: number }

/** Numbers of users and groups that this machine gives to rooms and to nobody else; both ends belong to it. */
export type RoomUserRange = { readonly first: number; readonly last: number }

/** A user that belongs to one room, or to rooms that share an output folder, until it is given back. */
export type TakenUser = { readonly user: ConfinedUser; release(): void }

/**
 * Above the accounts of people (up to 60000) and of systemd's home folders (up to 60513), below the users that systemd
 * makes on demand (from 61184), away from those that Debian gives to packages (60000 and on, 64000 and on), and within the
 * 65536 numbers that a virtual machine in a container has: no account of an ordinary host is here.
 */
export const DEFAULT_ROOM_USERS: RoomUserRange = { first: 60_700, last: 60_999 }

/**
 * Hands out users so that no two rooms on this machine share one, whichever worker runs them. Only root can run programs
 * as somebody else: every room of another worker is that worker's own user.
 */
export class RoomUsers {
  private readonly range: RoomUserRange
  private next: number

  constructor(range: RoomUserRange = DEFAULT_ROOM_USERS) {
    this.range = range
    // Not the same numbers first in every worker: what a killed one left running keeps its own for a while.
    this.next = range.first + (process.pid % (range.last - range.first + 1))
  }

  /** Throws when every user of the range is taken. */
  async take(): Promise<TakenUser> {
    const own = ownUser()
    if (own.uid !== 0) return { user: own, release: () => undefined }
    const size = this.range.last - this.range.first + 1
    for (let tries = 0; tries < size; tries += 1) {
      const number = this.next
      this.next = number === this.range.last ? this.range.first : number + 1
      const claim = await claimNumber(number)
      if (claim !== undefined) return { user: { uid: number, gid: number }, release: () => claim.close() }
    }
    throw new Error(`all users for rooms (${this.range.first} to ${this.range.last}) are in use`)
  }
}

/**
 * Why the range cannot be given to rooms, in a sentence: an account, a group or a subordinate range of this machine lies in
 * it. Undefined when it is free. Accounts of a directory service are not asked for.
 */
export async function troubleWithRoomUsers(range: RoomUserRange): Promise<string | undefined> {
  const isInRange = (number: number): boolean => number >= range.first && number <= range.last
  for (const file of ['/etc/passwd', '/etc/group']) {
    for (const [name = '', , number] of await linesOf(file)) {
      if (isInRange(Number(number))) return `${name} in ${file} has number ${number}.`
    }
  }
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    for (const [name = '', from, count] of await linesOf(file)) {
      const first = Number(from)
      const last = first + Number(count) - 1
      if (first <= range.last && last >= range.first) {
        return `${name} in ${file} may use the numbers ${first} to ${last}.`
      }
    }
  }
  return undefined
}

async function linesOf(file: string): Promise<string[][]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'))
}

function ownUser(): ConfinedUser {
  const uid = process.getuid?.()
  const gid = process.getgid?.()
  if (uid === undefined || gid === undefined) throw new Error('Confined runs need Linux.')
  return { uid, gid }
}

/**
 * A name in the machine's abstract socket space, which the kernel gives to one process at a time and takes back when it ends,
 * however it ends (unix(7)). Nobody can connect: whoever tries is turned away at once.
 */
function claimNumber(number: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy())
    server.once('error', (error) =>
      'code' in error && error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen({ path: `\0scoregate-room-user-${number}` }, () => {
      server.unref()
      resolve(server)
    })
  })
}
