import { describe, expect, it } from 'vitest'
import { createMailer } from './mailer.ts'
import { digestOf, type Notice, noticeLine, noticeText } from './notice.ts'
import { startMailServer, startReceiver } from './receivers-rig.ts'
import { postWebhook } from './webhook.ts'

const WAITING: Notice = {
  kind: 'waiting',
  competition: 'Sepsis',
  count: 1,
  deadline: '2026-11-25T10:15:00.000Z',
  link: 'https://desk.example/',
}
const HOSTILE = 'Sepsis\r\nBcc: everybody@example.org\u202e <!channel> @here'

const MESSAGE_ID = 'a-name-of-a-message'
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
    expect(
      await mailer.send('reviewer@hospital.example', { messageId: MESSAGE_ID, notices: [WAITING] }),
    ).toEqual({ kind: 'sent' })
    mailer.close()
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]?.to).toEqual(['reviewer@hospital.example'])
    expect(server.mails[0]?.raw).toContain('Subject: A result waits for your review: Sepsis')
    expect(server.mails[0]?.raw).toContain('Content-Type: text/plain')
    expect(server.mails[0]?.raw).toContain(`Message-ID: <${MESSAGE_ID}@hospital.example>`)
    expect(server.mails[0]?.raw).toContain('https://desk.example/')
  })

  it('goes to nobody else, whatever a title says', async () => {
    await using server = await startMailServer()
    const mailer = createMailer({ smtpUrl: server.url, from: 'desk@hospital.example' })
    await mailer.send('reviewer@hospital.example', {
      messageId: MESSAGE_ID,
      notices: [{ ...WAITING, competition: HOSTILE }],
    })
    mailer.close()
    expect(server.mails[0]?.to).toEqual(['reviewer@hospital.example'])
    expect(server.mails[0]?.raw).not.toMatch(/^Bcc:/im)
  })

  it('that a server does not take is told, not lost', async () => {
    await using server = await startMailServer({ refuses: true })
    const mailer = createMailer({ smtpUrl: server.url, from: 'desk@hospital.example' })
    expect(
      await mailer.send('reviewer@hospital.example', { messageId: MESSAGE_ID, notices: [WAITING] }),
    ).toMatchObject({ kind: 'failed' })
    mailer.close()
    const nobody = createMailer({ smtpUrl: 'smtp://127.0.0.1:9', from: 'desk@hospital.example' })
    expect(
      await nobody.send('reviewer@hospital.example', { messageId: MESSAGE_ID, notices: [WAITING] }),
    ).toMatchObject({ kind: 'failed' })
    nobody.close()
  })
})

describe('a webhook', () => {
  it('is posted as our JSON, or as a chat understands it', async () => {
    await using receiver = await startReceiver()
    const { url } = receiver
    expect(
      await postWebhook({ url, shape: 'json', messageId: MESSAGE_ID, notices: [WAITING], signal }),
    ).toEqual({ kind: 'sent' })
    await postWebhook({
      url,
      shape: 'chat',
      messageId: MESSAGE_ID,
      notices: [{ ...WAITING, competition: HOSTILE }],
      signal,
    })
    expect(JSON.parse(receiver.bodies[0] ?? '')).toEqual({
      id: MESSAGE_ID,
      notices: [{ ...WAITING, text: 'A result waits for your review: Sepsis' }],
    })
    expect(receiver.names).toEqual([MESSAGE_ID, MESSAGE_ID])
    const { text: said } = JSON.parse(receiver.bodies[1] ?? '') as { text: string }
    expect(said).toContain('A result waits for your review')
    // No mention that rings for everybody, and no link but ours.
    expect(said).not.toContain('<!channel>')
    expect(said).not.toContain('@here')
  })

  it('that is refused, redirected or unreachable has failed', async () => {
    for (const status of [302, 404, 500]) {
      await using receiver = await startReceiver(status)
      const answer = await postWebhook({
        url: receiver.url,
        shape: 'json',
        messageId: MESSAGE_ID,
        notices: [WAITING],
        signal,
      })
      expect(answer.kind).toBe('failed')
    }
    const url = 'http://127.0.0.1:9/'
    expect(
      (await postWebhook({ url, shape: 'json', messageId: MESSAGE_ID, notices: [WAITING], signal })).kind,
    ).toBe('failed')
  })
})
