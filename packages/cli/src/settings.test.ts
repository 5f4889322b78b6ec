import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.ts'

const SMTP_URL = 'smtp://desk:planted-password@mail.example.org:587'

describe('the settings of mail', () => {
  it('are a server and a sender together', () => {
    expect(readSettings({}).mail).toBeUndefined()
    const both = { SCOREGATE_SMTP_URL: SMTP_URL, SCOREGATE_MAIL_FROM: 'desk@example.org' }
    expect(readSettings(both).mail).toEqual({ smtpUrl: SMTP_URL, from: 'desk@example.org' })
    expect(() => readSettings({ SCOREGATE_SMTP_URL: SMTP_URL })).toThrow('SCOREGATE_MAIL_FROM is missing')
  })

  it('never show the server, whatever is wrong with it', () => {
    let thrown: unknown
    try {
      readSettings({ SCOREGATE_SMTP_URL: SMTP_URL.replace('smtp:', 'http:'), SCOREGATE_SANDBOX: 'no-such' })
    } catch (error) {
      thrown = error
    }
    // The control: another variable is shown as it was set.
    expect(JSON.stringify(thrown)).toContain('no-such')
    expect(JSON.stringify(thrown)).toContain('SCOREGATE_SMTP_URL')
    expect(JSON.stringify(thrown)).not.toContain('planted-password')
  })
})
