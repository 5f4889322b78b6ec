import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleBundle, startTestHub, type TestHub } from './page-rig.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

describe('the pages for a visitor', () => {
  it('say what this site is, and list the competitions', async () => {
    const { status, html } = await hub.visitor().get('/')
    expect(status).toBe(200)
    expect(html).toContain('Benchmarks on data that stays with its owner')
    expect(html).toContain('<a href="/competitions/1">Sepsis early warning</a>')
    expect(html).toContain('href="/sign-up"')
  })

  it('show a competition with all its parts, without asking to sign in', async () => {
    const visitor = hub.visitor()
    const about = await visitor.get('/competitions/1')
    expect(about.html).toContain('Data-side review')
    expect(about.html).toContain('Sign in to join')
    expect((await visitor.get('/competitions/1/pages/2')).html).toContain('<code>train.csv</code>')
    const phases = await visitor.get('/competitions/1/phases')
    expect(phases.html).toContain('Models on the closed cohort')
    expect(phases.html).toContain('100 submissions')
    const leaderboard = await visitor.get('/competitions/1/leaderboard')
    expect(leaderboard.html).toContain('ranked by AUROC: higher is better')
    expect(leaderboard.html).toContain('No scores yet')
    expect((await visitor.get('/competitions/1/submissions')).html).toContain('Sign in to submit')
  })

  it('carry no script and no style of their own, under a policy that would not run them', async () => {
    const { html, headers } = await hub.visitor().get('/competitions/1')
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('lead to the sign-in page and back where an account is needed', async () => {
    const visitor = hub.visitor()
    expect((await visitor.get('/competitions/new')).location).toBe('/sign-in?next=%2Fcompetitions%2Fnew')
    const manage = await visitor.get('/competitions/1/manage')
    expect(manage.status).toBe(401)
    expect(manage.html).toContain('href="/sign-in?next=%2Fcompetitions%2F1%2Fmanage"')
  })

  it('say plainly that there is nothing at an address', async () => {
    const visitor = hub.visitor()
    for (const path of [
      '/nothing',
      '/competitions/999',
      '/competitions/1/pages/99',
      '/submissions/1',
      '/assets/x.js',
    ]) {
      const { status, html } = await visitor.get(path)
      expect([path, status]).toEqual([path, 404])
      expect(html).toContain('There is nothing here')
    }
  })

  it('offer the starting kit', async () => {
    const phases = await hub.visitor().get('/competitions/1/phases')
    const href = /href="(\/phases\/\d+\/starting-kit)"/.exec(phases.html)?.[1] ?? ''
    const { status, location } = await hub.visitor().get(href)
    expect(status).toBe(303)
    const kit = await hub.visitor().get(location ?? '')
    expect(kit.status).toBe(200)
    expect(kit.headers.get('content-disposition')).toMatch(/^attachment/)
  })
})

describe('signing up and in', () => {
  it('shows what is wrong at its field, and keeps what was typed, except the password', async () => {
    const { status, html } = await hub
      .visitor()
      .post('/sign-up', { username: '-', password: 'short', next: '/' })
    expect(status).toBe(400)
    expect(html).toMatch(/href="#field-username"/)
    expect(html).toMatch(/href="#field-password"/)
    expect(html).toMatch(/name="username"[^>]*value="-"/)
    expect(html).not.toContain('short"')
  })

  it('makes an account, says so once, and goes where one wanted to go', async () => {
    const visitor = hub.visitor()
    const form = { username: 'newcomer', password: 'words that are long', next: '/competitions/1#take-part' }
    const made = await visitor.post('/sign-up', form)
    expect([made.status, made.location]).toEqual([303, '/competitions/1#take-part'])
    const first = await visitor.get('/competitions/1')
    expect(first.html).toContain('Your account is made')
    expect(first.html).toContain('I accept these terms')
    expect((await visitor.get('/competitions/1')).html).not.toContain('Your account is made')
    expect((await hub.visitor().post('/sign-up', form)).html).toContain('is taken')
  })

  it('never leads to another site', async () => {
    const login = { username: 'participant', password: 'a few words to remember' }
    const { status, location } = await hub.visitor().post('/sign-in', { ...login, next: '//evil.example/' })
    expect([status, location]).toEqual([303, '/'])
  })

  it('does not say whether the name or the password was wrong', async () => {
    const texts = await Promise.all(
      ['participant', 'nobody-of-that-name'].map(async (username) => {
        const { status, html } = await hub
          .visitor()
          .post('/sign-in', { username, password: 'wrong', next: '/' })
        return `${status} ${/class="field-error"[^>]*>(.*?)<\/p>/s.exec(html)?.[1]}`
      }),
    )
    expect(texts[0]).toBe(texts[1])
    expect(texts[0]).toMatch(/^400 .*do not match/)
  })

  it('works by the link from the terminal, and only by a valid one', async () => {
    const visitor = hub.visitor()
    expect((await visitor.get('/sign-in/link?token=link-token')).status).toBe(303)
    expect((await visitor.get('/')).html).toContain('Sign out')
    const wrong = await hub.visitor().get('/sign-in/link?token=other')
    expect([wrong.status, wrong.html.includes('This sign-in link has ended')]).toEqual([400, true])
  })

  it('ends by signing out', async () => {
    const visitor = await hub.signedIn('participant')
    await visitor.get('/')
    const session = visitor.session
    expect((await visitor.post('/sign-out', {})).status).toBe(303)
    const answer = await fetch(new URL('/', hub.url), { headers: { cookie: `scoregate_hub=${session}` } })
    expect(await answer.text()).not.toContain('Sign out')
  })
})

describe('joining', () => {
  it('asks to accept the terms', async () => {
    const visitor = hub.visitor()
    await visitor.post('/sign-up', { username: 'joiner', password: 'words that are long', next: '/' })
    await visitor.get('/competitions/1')
    const refused = await visitor.post('/competitions/1/join', {})
    expect([refused.status, refused.html.includes('Tick this box to take part')]).toEqual([400, true])
    expect((await visitor.post('/competitions/1/join', { terms: 'yes' })).status).toBe(303)
    expect((await visitor.get('/competitions/1/submissions')).html).toContain('Nothing submitted yet')
  })
})

describe('the submission flow', () => {
  const wait = { whenSubmissionArrives: 'wait-for-organizer', whenScoringEnds: 'hold-for-review' }

  it('asks two plain questions, and is changed by a plain form', async () => {
    const organizer = await hub.signedIn('organizer')
    const before = await organizer.get('/competitions/1/manage')
    for (const words of [
      'When a submission arrives',
      'Run it at once',
      'Wait for an organizer',
      'When scoring ends',
      'Publish at once',
      'Hold for data-side review',
    ]) {
      expect(before.html).toContain(words)
    }
    expect(checked(before.html)).toEqual(['run-at-once', 'hold-for-review'])
    expect((await organizer.post('/competitions/1/flow', wait)).location).toBe('/competitions/1/manage')
    const after = await organizer.get('/competitions/1/manage')
    expect(checked(after.html)).toEqual(['wait-for-organizer', 'hold-for-review'])
    expect(after.html).toContain('The submission flow is saved')
  })

  it('is not changed by a form of another site, nor by anybody but the organizer', async () => {
    const organizer = await hub.signedIn('organizer')
    await organizer.get('/competitions/1/manage')
    const atOnce = { ...wait, whenSubmissionArrives: 'run-at-once' }
    const forged = await organizer.post('/competitions/1/flow', { ...atOnce, csrf: 'wrong' })
    expect([forged.status, forged.html.includes('You may not do this')]).toEqual([403, true])
    const participant = await hub.signedIn('participant')
    await participant.get('/competitions/1')
    expect((await participant.post('/competitions/1/flow', atOnce)).status).toBe(403)
    expect((await participant.get('/competitions/1/manage')).status).toBe(403)
    expect(checked((await organizer.get('/competitions/1/manage')).html)).toEqual([
      'wait-for-organizer',
      'hold-for-review',
    ])
  })

  it('keeps a submission until the organizer runs it, and shows it to nobody else', async () => {
    const id = await hub.submit('honest.zip')
    const organizer = await hub.signedIn('organizer')
    const all = await organizer.get('/competitions/1/manage/submissions')
    expect(all.html).toContain('1 waiting for you')
    const run = await organizer.post(`/submissions/${id}/run`, {
      back: '/competitions/1/manage/submissions?page=1',
    })
    expect([run.status, run.location]).toEqual([303, '/competitions/1/manage/submissions?page=1'])
    expect((await organizer.get('/competitions/1/manage/submissions')).html).not.toContain('waiting for you')

    const owner = await hub.signedIn('participant')
    const shown = await owner.get(`/submissions/${id}`)
    expect(shown.html).toContain('The submission waits for a worker beside the data.')
    expect(shown.html).toContain('honest.zip')
    expect((await owner.get('/competitions/1/submissions')).html).toContain(`href="/submissions/${id}"`)
    expect((await hub.visitor().get(`/submissions/${id}`)).status).toBe(404)
    expect((await hub.visitor().get(`/submissions/${id}/state`)).status).toBe(404)

    expect((await owner.post(`/submissions/${id}/cancel`, {})).location).toBe(`/submissions/${id}`)
    expect((await owner.get(`/submissions/${id}`)).html).toContain('The submission is cancelled.')
  })
})

describe('what a bundle and a file name say', () => {
  it('is shown and never obeyed', async () => {
    const attack = '<script>alert(1)</script><img src=x onerror=alert(1)>'
    const bundle = await exampleBundle({
      'pages/overview.md': `# Hello ${attack}\n\n[a](javascript:alert(1)) ![b](/api/submissions/1/cancel_submission/)`,
      'terms.md': `Terms ${attack}`,
    })
    const id = await hub.createCompetition(bundle)
    const visitor = hub.visitor()
    await visitor.post('/sign-up', { username: 'reader', password: 'words that are long', next: '/' })
    const organizer = await hub.signedIn('organizer')
    await organizer.get(`/competitions/${id}/manage`)
    await organizer.post(`/competitions/${id}/publish`, { published: 'yes' })
    const { status, html } = await visitor.get(`/competitions/${id}`)
    expect(status).toBe(200)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toContain('<script>')
    expect(html).not.toMatch(/<img[^>]*onerror|href="javascript|cancel_submission/)
  })

  it('cannot turn the text around it', async () => {
    const id = await hub.submit('\u202efdp.<b>zip')
    const owner = await hub.signedIn('participant')
    const { html } = await owner.get(`/submissions/${id}`)
    expect(html).not.toContain('\u202e')
    expect(html).not.toContain('<b>zip')
  })
})

describe('the participants of a competition', () => {
  it('are listed for the organizer, who can deny one', async () => {
    const organizer = await hub.signedIn('organizer')
    const { html } = await organizer.get('/competitions/1/manage/participants')
    expect(html).toContain('participant')
    const action =
      /action="(\/competitions\/1\/participants\/\d+)"[^>]*aria-label="Decide about participant"/.exec(
        html,
      )?.[1]
    expect(action).toBeDefined()
    expect((await organizer.post(action ?? '', { status: 'denied' })).status).toBe(303)
    const denied = await hub.signedIn('participant')
    expect((await denied.get('/competitions/1/submissions')).html).toContain('Not approved')
    await organizer.post(action ?? '', { status: 'approved' })
  })
})

/** The values of the radio buttons that are chosen, in the order of the page. */
function checked(html: string): string[] {
  return [...html.matchAll(/<input[^>]*type="radio"[^>]*>/g)]
    .filter(([input]) => /\schecked/.test(input))
    .map(([input]) => /value="([^"]*)"/.exec(input)?.[1] ?? '')
}
