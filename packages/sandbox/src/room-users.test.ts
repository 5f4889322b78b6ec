import { describe, expect, it } from 'vitest'
import { DEFAULT_ROOM_USERS, RoomUsers, troubleWithRoomUsers } from './room-users.ts'

describe('users of rooms', () => {
  const RANGE = { first: 60_601, last: 60_603 }

  it.runIf(process.getuid?.() === 0)(
    'are each of one room until it gives them back, whichever worker asks',
    async () => {
      const [one, other] = [new RoomUsers(RANGE), new RoomUsers(RANGE)]
      const taken = [await one.take(), await other.take(), await one.take()]
      expect(new Set(taken.map(({ user }) => user.uid))).toEqual(new Set([60_601, 60_602, 60_603]))
      expect(taken.every(({ user }) => user.uid === user.gid)).toBe(true)
      await expect(other.take()).rejects.toThrow('in use')
      taken[1]?.release()
      const again = await one.take()
      expect(again.user).toEqual(taken[1]?.user)
      for (const each of [taken[0], taken[2], again]) each?.release()
    },
  )

  it('are not taken from a range in which somebody has an account or a group', async () => {
    expect(await troubleWithRoomUsers({ first: 0, last: 0 })).toMatch(/root in \/etc\/passwd has number 0/)
    expect(await troubleWithRoomUsers(DEFAULT_ROOM_USERS)).toBeUndefined()
  })
})
