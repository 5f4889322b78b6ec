import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { describe, expect, it } from 'vitest'
import { createMailer } from './mailer.ts'
import { digestOf, type Notice, noticeLine, noticeText } from './notice.ts'
import { postWebhook } from './webhook.ts'

const WAITING: Notice = {
  kind: 'waiting',
  competition: 'Sepsis',
  count: 1,
  deadline: '2026-11-25T10:15:00.000Z',
  link: 'https://desk.example/',
}
const HOSTILE = 'Sepsis\r\nBcc: everybody@example.org\u202e <!channel> @here'

/** A real mail server on a port of its own; `refuses` answers every mail with a temporary error. */
async function startMailServer({ refuses = false } = {}) {
  const mails: { to: string[]; raw: string }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      text(stream).then((raw) => {
        if (refuses) return done(new Error('try again later'))
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw })
        done()
      }, done)
    },
  })
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port))
  })
  return {
    mails,
    url: `smtp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** A real HTTP server that takes webhooks. */
async function startReceiver(status = 200) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push((await buffer(request)).toString())
    response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    bodies,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const signal = new AbortController().signal

describe('a notice', () => {
  it('says how many, where and until when, and nothing of a hold', () => {
    expect(noticeLine(WAITING)).toBe('A result waits for your review: Sepsis')
    expect(noticeText({ ...WAITING, count: 3 })).toBe(
      '3 results wait for your review: Sepsis.\nDeadline: 2026-11-25 10:15 UTC\nhttps://desk.example/',
    )
  })

  it('keeps a title from being more than a title', () => {
    expect(noticeLine({ ...WAITING, competition: HOSTILE })).toBe(
      'A result waits for your review: Sepsis Bcc: everybody@example.org <!channel> @here',
    )
  })

  it('is counted together with others of its kind', () => {
    const later = { ...WAITING, deadline: '2026-11-24T10:15:00.000Z' }
    expect(digestOf([WAITING, later, { ...WAITING, kind: 'stopped' }])).toEqual([
      { ...later, count: 2 },
      { ...WAITING, kind: 'stopped' },
    ])
  })
})

describe('a mail', () => {
  it('reaches a real server as plain text, to one person', async () => {
    await using server = await startMailServer()
    const mailer = createMailer({ smtpUrl: server.url, from: 'desk@hospital.example' })
    expect(await mailer.send('reviewer@hospital.example', [WAITING])).toEqual({ kind: 'sent' })
    mailer.close()
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]?.to).toEqual(['reviewer@hospital.example'])
    expect(server.mails[0]?.raw).toContain('Subject: A result waits for your review: Sepsis')
    expect(server.mails[0]?.raw).toContain('Content-Type: text/plain')
    expect(server.mails[0]?.raw).toContain('https://desk.example/')
  })

  it('goes to nobody else, whatever a title says', async () => {
    await using server = await startMailServer()
    const mailer = createMailer({ smtpUrl: server.url, from: 'desk@hospital.example' })
    await mailer.send('reviewer@hospital.example', [{ ...WAITING, competition: HOSTILE }])
    mailer.close()
    expect(server.mails[0]?.to).toEqual(['reviewer@hospital.example'])
    expect(server.mails[0]?.raw).not.toMatch(/^Bcc:/im)
  })

  it('that a server does not take is told, not lost', async () => {
    await using server = await startMailServer({ refuses: true })
    const mailer = createMailer({ smtpUrl: server.url, from: 'desk@hospital.example' })
    expect(await mailer.send('reviewer@hospital.example', [WAITING])).toMatchObject({ kind: 'failed' })
    mailer.close()
    const nobody = createMailer({ smtpUrl: 'smtp://127.0.0.1:9', from: 'desk@hospital.example' })
    expect(await nobody.send('reviewer@hospital.example', [WAITING])).toMatchObject({ kind: 'failed' })
    nobody.close()
  })
})

describe('a webhook', () => {
  it('is posted as our JSON, or as a chat understands it', async () => {
    await using receiver = await startReceiver()
    const { url } = receiver
    expect(await postWebhook({ url, shape: 'json', notices: [WAITING], signal })).toEqual({ kind: 'sent' })
    await postWebhook({ url, shape: 'chat', notices: [{ ...WAITING, competition: HOSTILE }], signal })
    expect(JSON.parse(receiver.bodies[0] ?? '')).toEqual({
      notices: [{ ...WAITING, text: 'A result waits for your review: Sepsis' }],
    })
    const { text: said } = JSON.parse(receiver.bodies[1] ?? '') as { text: string }
    expect(said).toContain('A result waits for your review')
    // No mention that rings for everybody, and no link but ours.
    expect(said).not.toContain('<!channel>')
    expect(said).not.toContain('@here')
  })

  it('that is refused, redirected or unreachable has failed', async () => {
    for (const status of [302, 404, 500]) {
      await using receiver = await startReceiver(status)
      const answer = await postWebhook({ url: receiver.url, shape: 'json', notices: [WAITING], signal })
      expect(answer.kind).toBe('failed')
    }
    const url = 'http://127.0.0.1:9/'
    expect((await postWebhook({ url, shape: 'json', notices: [WAITING], signal })).kind).toBe('failed')
  })
})
