import { describe, expect, it } from 'vitest'
import { ChildDesks } from '../child-desk-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'
import { type Stage, startMailServer, startReceiver } from './receivers-rig.ts'

/** Each kill starts a desk anew, which takes seconds on a machine with much else to do. */
const MANY_STARTS = 900_000
/** Far more steps than it takes to send a notice both ways. */
const MOST_STEPS = 400
/** A kill at each step would take long: these are enough to come between any two effects, in some notice or other. */
const STRIDE = 3

const REVIEWER = 'reviewer@hospital.example'

const nameOfMail = (raw: string) => /^Message-ID: <(.*)@hospital\.example>\r?$/m.exec(raw)?.[1] ?? ''

/** Turns both ways on, as a browser does. */
async function turnOn(rig: DeskRig, hook: string): Promise<void> {
  const browser = await rig.signIn()
  const csrf = /name="csrf" value="([^"]*)"/.exec(await (await browser.get('/notices')).text())?.[1] ?? ''
  for (const [way, address] of [
    ['mail', REVIEWER],
    ['webhook', hook],
  ] as const) {
    const answer = await browser.post(`/notices/${way}`, [
      ['csrf', csrf],
      [`${way}-address`, address],
      [`${way}-kinds`, 'waiting'],
      [`${way}-pace`, 'at-once'],
      [`${way}-shape`, 'json'],
    ])
    expect(answer.status).toBe(303)
  }
}

const never = '2999-01-01T00:00:00.000Z'
const now = '2020-01-01T00:00:00.000Z'

/** A desk in a process of its own, which sends by mail and by webhook to these. */
async function startDesk() {
  const server = await startMailServer()
  const receiver = await startReceiver()
  const desks = new ChildDesks()
  const rig = await DeskRig.start({
    policy: `${POLICY}notices: { webhook_hosts: ["${receiver.host}"] }\n`,
    config: {
      publicUrl: 'https://desk.hospital.example',
      mail: { smtpUrl: server.url, from: 'desk@hospital.example' },
    },
    startWith: desks.start,
  })
  await turnOn(rig, receiver.url)
  /** The names under which the notice of a competition arrived each way. */
  const arrived = (title: string) => ({
    mails: server.mails.filter(({ raw }) => raw.includes(`${title}.`)).map(({ raw }) => nameOfMail(raw)),
    calls: receiver.names.filter((_, at) => receiver.bodies[at]?.includes(`"${title}"`)),
  })
  return {
    ...{ server, receiver, desks, rig, arrived },
    /** Lets nothing be sent before the rest that follows a message is over. */
    rest: (until: string) => rig.changeRecords('update notice_channel set next_try_at = ?', [until]),
    isSent: (title: string) => arrived(title).mails.length > 0 && arrived(title).calls.length > 0,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

function requireOneName(names: readonly string[], { atMost }: { atMost: number }): void {
  expect(new Set(names).size).toBe(1)
  expect(names[0]).toMatch(/^[0-9a-f-]{36}$/)
  expect(names.length).toBeLessThanOrEqual(atMost)
}

describe('a desk that is killed while it sends notices', () => {
  it(
    'at any step of its own: each arrives both ways at least once, and a double under the name of the first',
    async () => {
      await using desk = await startDesk()
      const { desks, rig, arrived, rest, isSent } = desk
      let doubles = 0
      for (let killAt = 1, isThrough = false; !isThrough; killAt += STRIDE) {
        if (killAt > MOST_STEPS) throw new Error('The notices were never all sent.')
        // Each notice is of a competition of its own, so that what arrives says which it is.
        const title = `Competition ${killAt}`
        await rest(never)
        await rig.deposit({ competition: { id: killAt, title } })
        await desks.ask({ kind: 'arm', killAt })
        await rest(now)
        // A desk that looks for what is due takes steps all the time, so that it comes to any step in the end.
        await until('the kill', () => desks.hasEnded || undefined)
        isThrough = isSent(title)
        await rig.startDesk()
        await rest(now)
        await until(`the notice of ${title} both ways`, () => isSent(title) || undefined)
        const { mails, calls } = arrived(title)
        doubles += mails.length + calls.length - 2
        for (const names of [mails, calls]) requireOneName(names, { atMost: 2 })
      }
      // The control: without names the receivers could not have told these.
      expect(doubles).toBeGreaterThan(0)
    },
    MANY_STARTS,
  )

  it(
    'at each stage that the receivers see, twice in a row: as before, and the page says what may have come twice',
    async () => {
      await using desk = await startDesk()
      const { desks, rig, arrived, rest, isSent, server, receiver } = desk
      const stages: readonly [typeof server.state | typeof receiver.state, Stage][] = [
        ...(['connected', 'sender', 'recipient', 'content', 'taken'] as const).map(
          (stage): [typeof server.state, Stage] => [server.state, stage],
        ),
        ...(['content', 'taken'] as const).map((stage): [typeof receiver.state, Stage] => [
          receiver.state,
          stage,
        ]),
      ]
      for (const [number, [state, killedAt]] of stages.entries()) {
        const title = `Stage ${number}`
        let kills = 0
        state.at = async (stage) => {
          if (stage !== killedAt || kills === 2) return
          kills += 1
          await desks.kill()
        }
        await rest(never)
        await rig.deposit({ competition: { id: number + 1, title } })
        for (const wanted of [1, 2]) {
          await rest(now)
          await until(`kill ${wanted} of ${title}`, () => kills === wanted && (desks.hasEnded || undefined))
          await rig.startDesk()
        }
        await rest(now)
        const mostOf = () => Math.max(arrived(title).mails.length, arrived(title).calls.length)
        // What was taken before each kill comes a third time.
        const expected = killedAt === 'taken' ? 3 : 1
        await until(
          `the notice of ${title} both ways`,
          () => (isSent(title) && mostOf() >= expected) || undefined,
        )
        const { mails, calls } = arrived(title)
        for (const names of [mails, calls]) requireOneName(names, { atMost: 3 })
        state.at = async () => undefined
      }
      const page = await (await (await rig.signIn()).get('/notices')).text()
      expect(page).toContain('May have come twice')
      for (const name of [arrived('Stage 4').mails[0], arrived('Stage 6').calls[0]])
        expect(page).toContain(name)
    },
    MANY_STARTS,
  )
})
