import { describe, expect, it } from 'vitest'
import { InertName, InertText } from './facts.tsx'
import { ErrorSummary, Form, fieldId, TextField } from './form.tsx'
import { galleryPage } from './gallery.tsx'
import { Page, renderPage } from './page.tsx'
import { submissionSteps } from './steps.tsx'
import { ASSET_NAMES, readAsset, readStylesheet } from './stylesheet.ts'
import { DataTable } from './table.tsx'

const SCRIPT = '<script>alert(1)</script>"\'&'

function page(children: string): Promise<string> {
  return renderPage(
    <Page
      title={SCRIPT}
      site="desk"
      siteName={SCRIPT}
      nav={[{ href: '/', label: SCRIPT }]}
      stylesheetHref="/s.css"
    >
      {children}
    </Page>,
  )
}

describe('a page', () => {
  it('is a whole document with one main part', async () => {
    const html = await page('hello')
    expect(html.startsWith('<!doctype html><html lang="en" data-site="desk">')).toBe(true)
    expect(html.match(/<main/g)).toHaveLength(1)
  })

  it('escapes names wherever they are shown', async () => {
    expect(await page(SCRIPT)).not.toContain('<script>')
    const html = String(
      <DataTable
        caption={SCRIPT}
        columns={[{ key: 'name', header: SCRIPT, cell: (row: string) => row }]}
        rows={[SCRIPT]}
        empty="none"
      />,
    )
    expect(html).not.toContain('<script>')
    expect(String(<InertText id="log" label={SCRIPT} text={SCRIPT} />)).not.toContain('<script>')
    expect(String(<TextField name="a" label={SCRIPT} value={SCRIPT} hint={SCRIPT} />)).not.toContain(
      '<script>',
    )
  })

  it('needs no inline style, script or handler', async () => {
    const html = await galleryPage({ site: 'desk', stylesheetHref: '/s.css' })
    expect(html).not.toMatch(/<style|<script|\sstyle=|\son[a-z]+=/)
  })

  it('says at the desk that it is inside the data owner’s site, and only there', async () => {
    expect(await galleryPage({ site: 'desk', stylesheetHref: '/s.css' })).toContain(
      'Inside the data owner’s site',
    )
    expect(await galleryPage({ site: 'hub', stylesheetHref: '/s.css' })).not.toContain(
      'Inside the data owner’s site',
    )
  })
})

describe('text of a run', () => {
  it('is spelled out by the component itself', () => {
    const html = String(<InertText id="log" label="Log" text={'ok\u202e\u001b[2K'} />)
    expect(html).toContain('<span class="inert-escape">\\u{202e}</span>')
    expect(html).not.toContain('\u001b')
    expect(String(<InertName text={'a\nb'} />)).toContain('a\\u{a}b')
  })

  it('of controls alone does not make one element for each', () => {
    const html = String(<InertText id="log" label="Log" text={'\u0000'.repeat(10_000)} />)
    expect(html).not.toContain('inert-escape')
    expect(html).toContain('\\u{0}\\u{0}')
  })
})

describe('a form', () => {
  it('posts, with its token', () => {
    const html = String(<Form action="/decide" csrf="t0ken" />)
    expect(html).toContain('method="post"')
    expect(html).toContain('<input type="hidden" name="csrf" value="t0ken"/>')
  })

  it('links each error to its field, which points back to its words', () => {
    const summary = String(<ErrorSummary errors={[{ field: 'title', text: 'Enter a title.' }]} />)
    expect(summary).toContain(`href="#${fieldId('title')}"`)
    const field = String(<TextField name="title" label="Title" hint="Short." error="Enter a title." />)
    expect(field).toContain('aria-describedby="field-title-hint field-title-error"')
    expect(field).toContain('aria-invalid="true"')
  })
})

describe('the steps of a submission', () => {
  it('put the cross where it failed', () => {
    const steps = submissionSteps({ status: 'Failed', reached: 'Running', isReviewed: true })
    expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'failed', 'todo', 'todo', 'todo'])
  })

  it('end with the word of the end when nobody knows where', () => {
    expect(submissionSteps({ status: 'Cancelled', isReviewed: false }).at(-1)).toEqual({
      label: 'Cancelled',
      state: 'failed',
    })
  })

  it('show a hold that the site’s policy made, though the platform asked for none', () => {
    const steps = submissionSteps({ status: 'Awaiting validation', isReviewed: false })
    expect(steps.find((step) => step.state === 'waiting')?.label).toBe('Awaiting validation')
  })
})

describe('the assets', () => {
  it('are all there, and change their digest with their content', async () => {
    const assets = await Promise.all(ASSET_NAMES.map((name) => readAsset(name)))
    expect(new Set(assets.map((asset) => asset.digest)).size).toBe(ASSET_NAMES.length)
    const sheet = assets.find((asset) => asset.name === 'scoregate.css')
    expect(sheet?.digest).toBe((await readStylesheet()).digest)
  })

  it('load nothing from elsewhere', async () => {
    const { css } = await readStylesheet()
    for (const [, target] of css.matchAll(/url\("([^"]*)"\)/g)) expect(ASSET_NAMES).toContain(target)
    expect(css).not.toMatch(/@import|https?:\/\/(?!www\.w3)/)
  })
})
